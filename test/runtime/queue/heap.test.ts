import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Heap, type Positioned } from '../../../src/runtime/queue/heap.ts'

interface Numbered extends Positioned {
  value: number
}

test('gives its elements in order, whatever is removed and changed in between', () => {
  const change = fc.record({ which: fc.nat(200), to: fc.option(fc.integer()) })
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.array(change), (values, changes) => {
      const heap = new Heap<Numbered>((a, b) => a.value < b.value)
      const left = values.map(value => ({ value, position: -1 }))
      for (const item of left) heap.push(item)
      for (const { which, to } of changes) {
        const item = left[which % Math.max(1, left.length)]
        if (item === undefined) break
        if (to === null) {
          heap.remove(item)
          left.splice(left.indexOf(item), 1)
          expect(item.position).toBe(-1)
        } else {
          item.value = to
          heap.update(item)
        }
      }
      const out: number[] = []
      for (let item = heap.pop(); item !== undefined; item = heap.pop()) out.push(item.value)
      expect(out).toEqual(left.map(({ value }) => value).toSorted((a, b) => a - b))
      expect(heap.size).toBe(0)
    }),
  )
})
