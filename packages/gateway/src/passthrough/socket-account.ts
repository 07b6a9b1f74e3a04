import { measuredOf, RequestBody, unitBound, type CountedSocket, type Deployment, type SocketCounter } from '@switchyard/core'
import { makeUsage, parseJson, objectOf, type ErrorKind, type Unit, type Usage } from '@switchyard/wire'
import type { Context } from '../http/context.ts'
import type { Message } from '../http1/websocket.ts'
import { makeAsk } from '../pipeline/read-ask.ts'
import { PassBooks, type Passed } from './books.ts'

/** What is reserved for a session at a time: ten minutes, or a page of text. */
const reservedAtATime: Readonly<Partial<Record<Unit, number>>> = { 'input-second': 600, character: 5000 }
const usualReserve = 1000

export interface Account {
  /** Of the client, before it goes out. */
  sent(message: Message): void
  /** The client's last message did not go out after all. */
  withdraw(): void
  said(message: Message): void
  /** Has so much been used that it is to be paid before the session goes on? */
  readonly isDue: boolean
  /** Throws `over_budget` when there is not enough for what was used. */
  pay(): Promise<void>
  settle(status: 'success' | 'failure' | 'cancelled', errorKind: ErrorKind | null): Promise<void>
}

/** A session that costs nothing here: a row, and nothing to count. */
export const freeAccount = (books: PassBooks): Account => ({
  sent: () => undefined,
  withdraw: () => undefined,
  said: () => undefined,
  isDue: false,
  pay: () => Promise.resolve(),
  settle: (status, errorKind) => books.settle(status, undefined, errorKind),
})

export interface AccountOf {
  readonly deployment: Deployment
  readonly target: string
  readonly model: string
  readonly counted: CountedSocket
}

/**
 * The books of a session that is billed by a unit: one row at its end. What is reserved covers the next part of it; who uses more
 * pays in rows of their own while it goes on.
 */
export class SocketAccount implements Account {
  readonly #context: Context
  readonly #passed: Passed
  readonly #of: AccountOf
  readonly #books: PassBooks
  readonly #counter: SocketCounter
  #paid = 0
  #withdrawn = 0
  /** What the client's last message added. */
  #last = 0
  #rows = 1

  private constructor(context: Context, of: AccountOf, { passed, books }: { passed: Passed; books: PassBooks }) {
    const openedMs = performance.now()
    this.#context = context
    this.#passed = passed
    this.#of = of
    this.#books = books
    this.#counter = of.counted.counter(() => (performance.now() - openedMs) / 1000)
  }

  static async open(context: Context, of: AccountOf): Promise<SocketAccount> {
    const { deployment, target, model, counted } = of
    const { operation } = counted
    const ask = makeAsk(
      RequestBody.ofForm({}, []),
      { operation, shape: measuredOf(operation).shape, path: { model, stream: true } },
      { dropParams: false, strict: false },
    )
    const boundNano = boundOf(of, reserveOf(counted))
    const passed = { deployment, target, ask, costNano: 0, operation, boundNano }
    return new SocketAccount(context, of, { passed, books: await PassBooks.admit(context, passed) })
  }

  sent({ isText, bytes }: Message): void {
    const before = this.#counter.amount
    if (isText && this.#counter.sent !== undefined) this.#counter.sent(jsonIn(bytes))
    this.#last = this.#counter.amount - before
  }

  withdraw(): void {
    this.#withdrawn += this.#last
    this.#last = 0
  }

  said({ isText, bytes }: Message): void {
    if (isText && this.#counter.said !== undefined) this.#counter.said(jsonIn(bytes))
  }

  get isDue(): boolean {
    return this.#owed > reserveOf(this.#of.counted) / 2
  }

  async pay(): Promise<void> {
    const owed = this.#owed
    const part = { ...this.#passed, boundNano: boundOf(this.#of, owed), further: ++this.#rows }
    // Both sides may come here at once, and only one of them pays.
    this.#paid += owed
    const books = await PassBooks.admit(this.#context, part).catch((cause: unknown) => {
      this.#paid -= owed
      throw cause
    })
    await books.settle('success', usageOf(this.#of, owed))
  }

  settle(status: 'success' | 'failure' | 'cancelled', errorKind: ErrorKind | null): Promise<void> {
    return this.#books.settle(status, usageOf(this.#of, this.#owed), errorKind)
  }

  get #owed(): number {
    return Math.max(0, this.#counter.amount - this.#withdrawn - this.#paid)
  }
}

const decoder = new TextDecoder()
const jsonIn = (bytes: Uint8Array) => objectOf(parseJson(decoder.decode(bytes))) ?? {}

const reserveOf = ({ unit }: CountedSocket): number => reservedAtATime[unit] ?? usualReserve

const boundOf = ({ deployment, counted }: AccountOf, amount: number): number =>
  deployment.facts === undefined ? 0 : unitBound(deployment.facts.prices, { [counted.unit]: amount })

const usageOf = ({ counted }: AccountOf, amount: number): Usage => makeUsage({ units: { [counted.unit]: amount } })
