/**
 * Ids for calls that came without one: Gemini matches results by name and order. The id is made from the call's
 * position, so that the same conversation gives the same ids again.
 */
export class CallIds {
  readonly #prefix: string
  #count = 0
  #open: { readonly id: string; readonly name: string }[] = []

  /** `nonce` tells replies of one conversation apart: clients send their ids back side by side. */
  constructor(nonce = '') {
    // OpenAI takes ids of up to 40 characters.
    const clean = nonce.replace(/[^\w-]/g, '').slice(0, 24)
    this.#prefix = clean === '' ? 'call_' : `call_${clean}_`
  }

  call(id: string | undefined, name: string): string {
    const given = id ?? `${this.#prefix}${this.#count}`
    this.#count++
    this.#open.push({ id: given, name })
    return given
  }

  /** The id of the call that a result answers: its own, else that of the oldest unanswered call of the same name. */
  result(id: string | undefined, name: string): string {
    const at = this.#open.findIndex((call) => (id === undefined ? call.name === name : call.id === id))
    const found = at < 0 ? undefined : this.#open.splice(at, 1)[0]
    return id ?? found?.id ?? `${this.#prefix}${this.#count++}`
  }
}
