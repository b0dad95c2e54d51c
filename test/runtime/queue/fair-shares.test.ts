/** Who may hold the workers, and for how long: one namespace's flood, one slow server, and one owner of several. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WorkQueue, type WorkQueueOptions } from '../../../src/runtime/queue/work-queue.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

function setUp(options: Partial<WorkQueueOptions>) {
  const clock = new VirtualClock()
  const queue = new WorkQueue({ name: 'q', clock, random: () => 0, ...options })
  /** What a worker would get now. There are as many workers as seats. */
  const next = async (): Promise<string | undefined> => {
    const abort = new AbortController()
    const taken = queue.take(abort.signal).catch(() => undefined)
    abort.abort()
    return (await taken)?.key
  }
  /** All that workers would get now, in its order. */
  const takeAll = async (): Promise<string[]> => {
    const keys: string[] = []
    for (let key = await next(); key !== undefined; key = await next()) keys.push(key)
    return keys
  }
  return { queue, next, takeAll, add: (keys: readonly string[]) => keys.forEach(key => queue.add(key)) }
}

const many = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}-${at}`)

/** `tenants' namespace/server's owner+server+name`, as tenants of several connections. */
const servers = (workers: number): Partial<WorkQueueOptions> => ({
  workers,
  partitions: {
    of: key => key.split('/')[1]?.split('+').slice(0, 2).join('+'),
    most: Math.ceil(workers / 2),
    ownerOf: partition => partition.split('+')[0] ?? '',
  },
})

describe('turns', () => {
  test('whoever comes waits for two keys of each other namespace at most, not for all of somebody’s ten thousand', async () => {
    const { queue, next, add } = setUp({})
    add([...many('flood/a', 10_000), ...many('other/a', 10_000)])
    for (let at = 0; at < 5; at++) queue.done((await next()) ?? '', 'forget')
    add(['fresh/tenant'])
    const order: (string | undefined)[] = []
    for (let at = 0; at < 5; at++) order.push(await next())
    expect(order).toContain('fresh/tenant')
  })

  test('namespaces alternate, however many keys each has, and the keys of each keep their order', async () => {
    const { takeAll, add } = setUp({ workers: 20 })
    add([...many('a/x', 5), ...many('b/x', 3), ...many('c/x', 1)])
    const order = 'a/x-0 b/x-0 c/x-0 a/x-1 b/x-1 a/x-2 b/x-2 a/x-3 a/x-4'
    expect((await takeAll()).join(' ')).toBe(order)
  })

  test('who comes again and again has no more turns than who waits', async () => {
    const { queue, next, add } = setUp({})
    add(many('patient/x', 100))
    const order: string[] = []
    for (let round = 0; round < 10; round++) {
      add([`busy/${round}`])
      for (let at = 0; at < 2; at++) {
        const key = (await next()) ?? ''
        order.push(key.split('/')[0] ?? '')
        queue.done(key, 'forget')
      }
    }
    expect(order.filter(party => party === 'patient')).toHaveLength(10)
  })

  test('an edit of what waits loses no turn', async () => {
    const { queue, next } = setUp({})
    queue.add('a/first', { priority: 'low' })
    queue.add('b/second', { priority: 'low' })
    queue.add('a/first', { priority: 'normal' })
    queue.add('b/second', { priority: 'normal' })
    expect([await next(), await next()]).toEqual(['a/first', 'b/second'])
  })

  test('nobody’s urgency outranks another’s turn', async () => {
    const { queue, next } = setUp({})
    for (const key of many('loud/x', 3)) queue.add(key, { priority: 'high' })
    queue.add('quiet/x')
    expect([await next(), await next(), await next()]).toEqual(['loud/x-0', 'quiet/x', 'loud/x-1'])
  })

  test('between two turns of one namespace, none that waited all the time goes without', async () => {
    const act = fc.oneof(
      fc.record({ add: fc.tuple(fc.nat(4), fc.nat(5)) }),
      fc.constant({ run: true as const }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 120, size: 'max' }), async acts => {
        const { queue, next } = setUp({})
        const waiting = new Map<string, number>()
        const turnsSince = new Map<string, Map<string, number>>()
        for (const step of acts) {
          if ('add' in step) {
            const [party, name] = step.add
            const before = queue.depth
            queue.add(`${party}/${name}`)
            waiting.set(String(party), (waiting.get(String(party)) ?? 0) + queue.depth - before)
            continue
          }
          const key = await next()
          if (key === undefined) continue
          queue.done(key, 'forget')
          const served = key.split('/')[0] ?? ''
          waiting.set(served, (waiting.get(served) ?? 0) - 1)
          turnsSince.delete(served)
          for (const [party, count] of waiting) {
            if (count === 0 || party === served) continue
            const others = turnsSince.get(party) ?? new Map<string, number>()
            turnsSince.set(party, others.set(served, (others.get(served) ?? 0) + 1))
            // One may have had its turn just before this one came, and one just after.
            expect(others.get(served)).toBeLessThanOrEqual(2)
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})

test('who answers for a server is not found out anew each time that somebody looks for work', async () => {
  let asked = 0
  const of = (key: string): string | undefined => key.split('/')[1]
  const ownerOf = (partition: string): string => {
    asked += 1
    return partition
  }
  const { queue, next, add } = setUp({ partitions: { of, most: 4, ownerOf } })
  add(many('a/server', 100))
  for (let at = 0; at < 100; at++) queue.done((await next()) ?? '', 'forget')
  expect(asked).toBe(100)
})

describe.each([1, 2, 3, 4, 8, 16, 64])('with %i workers', workers => {
  test('a namespace has all of them, and its slow keys leave one to every other', async () => {
    const { queue, takeAll, add } = setUp({ workers })
    add(many('slow/x', 100))
    expect(await takeAll()).toHaveLength(workers)
    add([...many('good/x', 2), 'late/x'])
    expect(await takeAll()).toEqual(['good/x-0'])
    queue.done('good/x-0', 'forget')
    expect(await takeAll()).toEqual(['late/x'])
    queue.done('late/x', 'forget')
    expect(await takeAll()).toEqual(['good/x-1'])
  })

  test('a slow server has half of them, and leaves the others to all other servers', async () => {
    const { takeAll, add } = setUp(servers(workers))
    add(many('a/evil+slow+x', 100))
    expect(await takeAll()).toHaveLength(Math.ceil(workers / 2))
    add(many('a/good+fast+x', 100))
    const fast = (await takeAll()).filter(key => key.includes('good'))
    expect(fast).toHaveLength(Math.max(1, Math.floor(workers / 2)))
  })

  test('slow servers of one owner, however many, and for however many namespaces, leave one to others', async () => {
    const { queue, takeAll, add } = setUp(servers(workers))
    add(many('', 100).flatMap(at => many(`from${at}/evil+slow${at}+x`, 100)))
    expect((await takeAll()).length).toBeGreaterThanOrEqual(workers)
    add(many('a/good+fast+x', 2))
    expect(await takeAll()).toEqual(['a/good+fast+x-0'])
    queue.done('a/good+fast+x-0', 'forget')
    expect(await takeAll()).toEqual(['a/good+fast+x-1'])
  })

  test('of the servers of one owner, slow ones leave one to each that has none', async () => {
    const { takeAll, add } = setUp(servers(workers))
    add([...many('a/own+slow1+x', 100), ...many('a/own+slow2+x', 100)])
    await takeAll()
    add(many('a/own+fast+x', 100))
    expect((await takeAll())[0]).toBe('a/own+fast+x-0')
  })

  test('nobody waits for the sake of others that have nothing to do', async () => {
    const { takeAll, add } = setUp(servers(workers))
    add([...many('a/one+x+x', 100), ...many('a/one+y+x', 100)])
    expect((await takeAll()).length).toBeGreaterThanOrEqual(workers)
  })
})
