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
const one=async()=>{ const r=await handle(gw,new Request('http://127.0.0.1:4200/v1/chat/completions',{method:'POST',headers:{authorization:'Bearer '+key,'content-type':'application/json'},body}),'1.2.3.4'); if(r.status!==200) throw new Error(await r.text()); await r.arrayBuffer() }
async function load(n:number,c:number){ let left=n; await Promise.all(Array.from({length:c},async()=>{while(left-->0) await one()})) }

if(process.env.NOMONEY){ const {permits}=money as any; const fakeRes={settle:async()=>{}}; (permits as any).admit=async()=>({attempt:()=>fakeRes,release(){}}) }
await load(Number(process.env.WARM??20000),32)
const N=20000; const c=process.cpuUsage(); const t=performance.now(); await load(N,32); const d=process.cpuUsage(c)
console.log('in-process µs/req user',(d.user/N).toFixed(1),'sys',(d.system/N).toFixed(1),'wall',((performance.now()-t)*1000/N).toFixed(1))
if(!process.env.NOSHIP) await money.close(); await store.close(); process.exit(0)
