import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WatchEvent } from '../../../src/runtime/cache/list-watch.ts'
import { compareVersions } from '../../../src/runtime/cache/resource-version.ts'
import { Store } from '../../../src/runtime/cache/store.ts'
import { aThing, glance, type Thing } from '../objects.ts'
import { recordedLog } from '../recorded-log.ts'

/** The history of a server, and the answers to this process's writes that are still on their way. */
class History {
  readonly live = new Map<string, Thing>()
  readonly events: WatchEvent<Thing>[] = []
  readonly answers: (() => void)[] = []
  version = 0

  write(name: string): Thing {
    const known = this.live.get(name)
    const thing = aThing(name, ++this.version, { uid: known?.metadata.uid ?? `uid-${this.version}` })
    this.live.set(name, thing)
    this.events.push({ type: known === undefined ? 'added' : 'modified', object: thing })
    return thing
  }

  delete(name: string): Thing | undefined {
    const known = this.live.get(name)
    if (known === undefined) return undefined
    this.live.delete(name)
    const uid = known.metadata.uid ?? ''
    this.events.push({ type: 'deleted', object: aThing(name, ++this.version, { uid }) })
    return known
  }
}

const name = fc.constantFrom('a', 'b', 'c')
const action = fc.oneof(
  fc.record({ kind: fc.constant('foreign write' as const), name }),
  fc.record({ kind: fc.constant('foreign delete' as const), name }),
  fc.record({ kind: fc.constant('own write' as const), name }),
  fc.record({ kind: fc.constant('own delete' as const), name }),
  fc.record({ kind: fc.constant('answer' as const), which: fc.nat(5) }),
  fc.record({ kind: fc.constant('watch' as const), events: fc.nat(3) }),
  fc.record({ kind: fc.constant('begin list' as const) }),
  fc.record({ kind: fc.constant('snapshot' as const) }),
  fc.record({ kind: fc.constant('finish list' as const) }),
)

test('however writes, answers, events and lists interleave, the store ends up equal to the server', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80, size: 'max' }), actions => {
      const server = new History()
      const { log, lines } = recordedLog()
      const store = new Store<Thing>({ name: 'things', log })
      store.subscribe(({ previous, current }) => {
        // Of one object the store only ever shows newer versions.
        if (previous === undefined || current === undefined) return
        expect(previous.metadata.uid).toBe(current.metadata.uid)
        const order = compareVersions(previous.metadata.resourceVersion, current.metadata.resourceVersion)
        expect(order).toBeLessThan(0)
      })
      const feed = store.openFeed()
      let watched = 0
      let listing: ReturnType<typeof feed.beginList> | undefined
      let snapshot: { items: Thing[]; version: number } | undefined
      for (const act of actions) {
        switch (act.kind) {
          case 'foreign write':
            server.write(act.name)
            break
          case 'foreign delete':
            server.delete(act.name)
            break
          case 'own write': {
            const answer = server.write(act.name)
            server.answers.push(() => store.noteWrite(answer))
            break
          }
          case 'own delete': {
            const gone = server.delete(act.name)
            if (gone) server.answers.push(() => store.noteDelete(`ns/${act.name}`, gone.metadata.uid ?? ''))
            break
          }
          case 'answer':
            server.answers.splice(act.which % Math.max(1, server.answers.length), 1)[0]?.()
            break
          case 'watch':
            // While a list is under way the reflector has no watch.
            if (listing !== undefined) break
            for (const event of server.events.slice(watched, watched + act.events)) {
              feed.event(event)
              watched++
            }
            break
          case 'begin list':
            listing ??= feed.beginList()
            break
          case 'snapshot':
            if (listing !== undefined) {
              snapshot ??= { items: [...server.live.values()], version: server.version }
            }
            break
          case 'finish list':
            if (listing === undefined || snapshot === undefined) break
            listing.page({ items: snapshot.items, resourceVersion: String(snapshot.version) })
            listing.finish()
            watched = snapshot.version
            listing = undefined
            snapshot = undefined
            break
          default:
            act satisfies never
        }
      }
      for (const answer of server.answers.splice(0)) answer()
      for (const event of server.events.slice(watched)) feed.event(event)
      expect(glance(store.list())).toEqual(glance(server.live.values()))
      expect(lines('error')).toEqual([])
    }),
    { numRuns: 300 },
  )
})
