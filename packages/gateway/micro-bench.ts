const N=200000
function t(name:string,f:()=>unknown){ for(let i=0;i<20000;i++) f(); const a=process.cpuUsage(); for(let i=0;i<N;i++) f(); const d=process.cpuUsage(a); console.log(name,((d.user+d.system)/N).toFixed(2),'µs') }
const body=JSON.stringify({model:'m1',max_tokens:100,messages:[{role:'user',content:'hello '.repeat(200)}]})
const bytes=new TextEncoder().encode(body)
t('new Request',()=>new Request('http://127.0.0.1:4200/v1/chat/completions',{method:'POST',headers:{authorization:'Bearer k','content-type':'application/json'},body}))
const h={'x-content-type-options':'nosniff','x-switchyard-call-id':'a','x-litellm-call-id':'a','x-switchyard-version':'1','x-litellm-model-id':'m','x-litellm-model-group':'m','a-r':'0','a-f':'0','r-d':'1','o-d':'2','c':'1','d':'1','content-type':'application/json'}
t('new Response 13 headers',()=>new Response(bytes as any,{headers:h}))
t('new Response 1 header',()=>new Response(bytes as any,{headers:{'content-type':'a'}}))
t('JSON.parse',()=>JSON.parse(body))
const d=new TextDecoder('latin1'); t('latin1',()=>d.decode(bytes))
const u=new TextDecoder(); t('utf8 small',()=>u.decode(bytes.subarray(1,8)))
t('AbortController+listener+timer',()=>{const c=new AbortController(); const s=c.signal; const f=()=>{}; s.addEventListener('abort',f,{once:true}); const x=setTimeout(f,1000); clearTimeout(x); s.removeEventListener('abort',f)})
import {createHmac} from 'node:crypto'
t('hmac',()=>createHmac('sha256','pepperpepperpepper').update('sk-aaaaaaaaaaaaaaaaaaaaaa').digest('hex'))
const hs=new Headers(h); t('iterate headers',()=>{let n=0; for(const [k,v] of hs) n+=k.length; return n})
t('headers.get x8',()=>{for(const k of ['authorization','api-key','x-api-key','x-goog-api-key','ocp','x-l','x-s','q']) hs.get(k)})
import {crc32} from 'node:zlib'; t('crc32',()=>crc32('{"kind":"open"}'.repeat(30)))
import {scanObject} from '@switchyard/wire'; t('scanObject',()=>scanObject(bytes))
