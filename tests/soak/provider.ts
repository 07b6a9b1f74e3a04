// The provider of a soak run, in a process of its own: each request says how it is to be treated. Prints its port.
import { FakeProvider } from '../tools/fake-provider.ts'
import { mannerIn } from './manners.ts'

const provider = await FakeProvider.start(({ target, body }) => {
  const text = body.toString('utf8')
  const stream = target.includes(':streamGenerateContent') || text.includes('"stream":true')
  return mannerIn(text).script({ stream, model: /"model":"([^"]*)"/.exec(text)?.[1] ?? '' })
})
console.log(new URL(provider.origin).port)
