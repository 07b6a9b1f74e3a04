export interface Piece {
  readonly type: 'text' | 'reasoning'
  readonly text: string
}

const opening = '<think>'
const closing = '</think>'

/** Tells a model's thoughts, which it writes between tags at the beginning of its text, from its answer. */
export class Thoughts {
  /** Text that may still turn out to be a tag. */
  #waiting = ''
  #state: 'before' | 'inside' | 'after'

  constructor(begun: boolean) {
    this.#state = begun ? 'inside' : 'before'
    this.#mayOpen = begun
  }

  /** Models that were begun inside repeat the opening tag sometimes. */
  #mayOpen: boolean

  push(text: string): Piece[] {
    this.#waiting += text
    const pieces: Piece[] = []
    if (this.#state === 'before' || this.#mayOpen) this.#open()
    if (this.#state === 'inside' && !this.#mayOpen) this.#think(pieces)
    if (this.#state === 'after' && this.#waiting !== '') {
      pieces.push({ type: 'text', text: this.#waiting })
      this.#waiting = ''
    }
    return pieces
  }

  /** The text is over; a tag that was begun is text. */
  end(): Piece[] {
    const text = this.#waiting
    this.#waiting = ''
    return text === '' ? [] : [{ type: this.#state === 'inside' ? 'reasoning' : 'text', text }]
  }

  #open(): void {
    const text = this.#waiting.trimStart()
    if (text.startsWith(opening)) {
      this.#waiting = text.slice(opening.length)
      this.#state = 'inside'
      this.#mayOpen = false
    } else if (!opening.startsWith(text)) {
      if (this.#state === 'before') this.#state = 'after'
      this.#mayOpen = false
    }
  }

  #think(pieces: Piece[]): void {
    const end = this.#waiting.indexOf(closing)
    const safe = end >= 0 ? end : this.#waiting.length - overlap(this.#waiting)
    if (safe > 0) pieces.push({ type: 'reasoning', text: this.#waiting.slice(0, safe) })
    this.#waiting = this.#waiting.slice(end >= 0 ? end + closing.length : safe)
    if (end >= 0) this.#state = 'after'
  }
}

/** How many characters at the end may begin the closing tag. */
function overlap(text: string): number {
  for (let length = Math.min(closing.length - 1, text.length); length > 0; length--)
    if (closing.startsWith(text.slice(-length))) return length
  return 0
}
