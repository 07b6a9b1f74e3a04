import { Health, loadCatalog } from '@switchyard/core'
import { Gateway } from '/work/main/packages/gateway/src/gateway.ts'
import { handle } from '/work/main/packages/gateway/src/http/handle.ts'
import { Router } from '/work/main/packages/gateway/src/http/router.ts'
import { routes } from '/work/main/packages/gateway/src/http/routes.ts'
import { openIdentity } from '/work/main/packages/gateway/src/identity/index.ts'
import { openMoney } from '/work/main/packages/gateway/src/money/index.ts'
import { makeLog } from '/work/main/packages/gateway/src/observe/log.ts'
import { openStore } from '/work/main/packages/gateway/src/store/index.ts'
import { readConfiguration } from '/work/main/packages/gateway/src/worker.ts'
import { rmSync } from 'node:fs'
rmSync('/tmp/b/data2',{recursive:true,force:true})
const dataDir='/tmp/b/data2'
const reply = new TextEncoder().encode(JSON.stringify({id:'chatcmpl-1',object:'chat.completion',created:1,model:'gpt-4o-mini',choices:[{index:0,message:{role:'assistant',content:'x'.repeat(400)},finish_reason:'stop'}],usage:{prompt_tokens:100,completion_tokens:100,total_tokens:200}}))
const hdrs=new Headers({'content-type':'application/json','content-length':String(reply.length),date:'x'})
const transport={ async send(){ return {status:200,headers:hdrs,body:null,whole:async()=>reply} } }
const loaded=await readConfiguration('/tmp/b/config.yaml')
const store=await openStore({dataDir}); const catalog=await loadCatalog()
const identity=await openIdentity({store}); await identity.setMasterKey('sk-bench-master-key-0001')
const money=await openMoney({dataDir,store,workerId:'w0',sync:(process.env.SYNC??'fdatasync') as any, ...(process.env.NOSHIP?{timings:{shipMs:1e9}}:{})})
const parts={router:new Router(routes),log:makeLog('error'),store,identity,money,catalog,health:new Health(),transport:transport as any}
const gw=Gateway.start({...parts,loadConfig:async()=>loaded},loaded)
const {key}=await identity.keys.createKey({maxBudgetNano:1e12, rpmLimit:1e7},'x')
const body=JSON.stringify({model:'m1',max_tokens:100,messages:[{role:'user',content:'hello '.repeat(200)}]})

import { readAsk } from './src/pipeline/read-ask.ts'
import { dispatch } from './src/pipeline/serve-call.ts'
import { admit } from './src/pipeline/admit.ts'
import { callHeaders } from './src/pipeline/response-headers.ts'
import { identify } from './src/pipeline/identify.ts'
import { prepare, outgoingOf, runCall } from '@switchyard/core'
import { uuidv7 } from './src/uuid.ts'
const {permits}=money as any; const fakeRes={settle:async()=>{}}; permits.admit=async()=>({attempt:()=>fakeRes,release(){}})
const mk=()=>new Request('http://127.0.0.1:4200/v1/chat/completions',{method:'POST',headers:{authorization:'Bearer '+key,'content-type':'application/json','content-length':String(body.length)},body})
const m=gw.router.find('POST','/v1/chat/completions')!
const rec=await identity.directory.find(key)
const ctx=(request:Request)=>({gateway:gw,snapshot:gw.snapshot,route:m.route,request,params:{},query:new URLSearchParams(),callId:uuidv7(),ip:'1.2.3.4',principal:{kind:'key',record:rec},startedMs:performance.now()}) as any
async function t(name:string,f:()=>any){ for(let i=0;i<15000;i++) await f(); const a=process.cpuUsage(); const N=20000; for(let i=0;i<N;i++) await f(); const d=process.cpuUsage(a); console.log(name.padEnd(30),((d.user+d.system)/N).toFixed(2),'µs') }
await t('request only',()=>mk())
await t('liveness via handle',async()=>{ await handle(gw,new Request('http://127.0.0.1:4200/health/liveliness'),null)})
const r0=mk()
await t('identify',()=>identify({gateway:gw,snapshot:gw.snapshot,route:m.route,headers:r0.headers,queryKey:null}))
await t('readAsk (+request)',()=>readAsk(ctx(mk()),{operation:'chat',shape:'openai-chat',path:{}}))
const ask=await readAsk(ctx(mk()),{operation:'chat',shape:'openai-chat',path:{}})
await t('admit (no money)',()=>admit(ctx(r0),ask))
const dep=gw.snapshot.models.find('m1')!.deployments[0]!
await t('prepare',()=>prepare(ask,dep,undefined))
const pr=prepare(ask,dep,undefined)
await t('outgoing',()=>outgoingOf(ask,dep,pr,{}))
const res={maxTokens:undefined,settle:async()=>5} as any
const host={reserve:async()=>res,hasRoom:()=>true}
await t('runCall',()=>runCall({id:'x',ask,signal:r0.signal,forwarded:{},fallbacks:[]},gw.snapshot.engine,host))
await t('dispatch (no money)',()=>dispatch(ctx(r0),ask))
const result=await dispatch(ctx(r0),ask)
await t('callHeaders',()=>callHeaders(ctx(r0),result))
await t('handle all (no money)',async()=>{ await handle(gw,mk(),'1.2.3.4')})
process.exit(0)
