/** An element that knows its place, so that it can be moved or removed without a search. -1: in no heap. */
export interface Positioned {
  position: number
}

/** A binary heap. Push, pop, remove and update cost O(log n), peek O(1). An element is in at most one heap. */
export class Heap<T extends Positioned> {
  readonly #items: T[] = []
  readonly #before: (a: T, b: T) => boolean

  /** @param before a strict total order: true when `a` leaves the heap ahead of `b` */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    item.position = this.#items.length
    this.#items.push(item)
    this.#up(item)
  }

  pop(): T | undefined {
    const first = this.#items[0]
    if (first !== undefined) this.remove(first)
    return first
  }

  remove(item: T): void {
    const { position } = item
    const last = this.#items.pop()
    if (last !== undefined && last !== item) {
      this.#set(position, last)
      this.update(last)
    }
    item.position = -1
  }

  /** Restores the order after the element's rank has changed. */
  update(item: T): void {
    this.#up(item)
    this.#down(item)
  }

  #up(item: T): void {
    while (item.position > 0) {
      const parent = this.#at((item.position - 1) >> 1)
      if (!this.#before(item, parent)) return
      this.#swap(item, parent)
    }
  }

  #down(item: T): void {
    for (;;) {
      const left = this.#items[2 * item.position + 1]
      const right = this.#items[2 * item.position + 2]
      if (left === undefined) return
      const child = right !== undefined && this.#before(right, left) ? right : left
      if (!this.#before(child, item)) return
      this.#swap(item, child)
    }
  }

  #swap(a: T, b: T): void {
    const { position } = a
    this.#set(b.position, a)
    this.#set(position, b)
  }

  #set(position: number, item: T): void {
    this.#items[position] = item
    item.position = position
  }

  #at(position: number): T {
    const item = this.#items[position]
    if (item === undefined) throw new RangeError(`no element at ${position}`)
    return item
  }
}
