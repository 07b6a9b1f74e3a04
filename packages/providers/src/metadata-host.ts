import { fail } from '@switchyard/wire'

/**
 * Where clouds tell a machine its own credentials, and their agents: link-local addresses, Google's names, Alibaba's and Azure's
 * addresses, Amazon's of IPv6.
 */
const metadataHost =
  /^(?:169\.254(?:\.\d+){2}|\[fe[89ab][0-9a-f]:.*\]|\[fd00:ec2::[0-9a-f]+\]|\[::ffff:a9fe:.*\]|metadata(?:\.google\.internal)?\.?|100\.100\.100\.200|168\.63\.129\.16)$/

/** No request of a caller goes there: who may name an address could read the machine's credentials. They are asked for on their own way. */
export function refuseMetadataHost(url: string, what: string): void {
  const hostname = URL.parse(url)?.hostname
  if (hostname === undefined || !metadataHost.test(hostname)) return
  throw fail('bad_request', `${what} leads to the credentials of the machine (${hostname}), where no model answers.`, {
    param: 'api_base',
  })
}
