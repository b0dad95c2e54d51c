import { beforeEach, describe, expect, test } from 'vitest'
import { isTrue } from '../../../src/api/conditions.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import type { PartnerKeyDeps } from '../../../src/partner-key/controller.ts'
import { eventually } from '../../time/eventually.ts'
import { startKeeper, type Place } from './keeper.ts'
import { answered, useScene } from './scene.ts'

const forever = new AbortController().signal
const scene = useScene()
let place: Place

beforeEach(() => {
  ;({ place } = scene)
})

describe('stopped before or after any write', () => {
  test.each(['before', 'after'] as const)(
    '%s: the same end, one key, never an entry without its Secret',
    async side => {
      for (let stopAt = 1; ; stopAt++) {
        const name = `stop-${side}-${stopAt}`
        const guillotine = new Guillotine(stopAt, side)
        const first = await startKeeper(place.namespace, scene.transport, {
          intercept: deps => guillotine.guard(deps),
        })
        await place.apply({ dataLens: answered }, name)
        await eventually(async () => guillotine.fell || (await isReady(name)), { what: 'the stop' })
        await first.stop()
        const entries = Object.keys(await place.ledger(name)).filter(entry => entry.startsWith('partner.'))
        const made = await place.secrets.get(place.key(`${name}-partner-v1`), forever)
        if (entries.length > 0) expect(made).toBeDefined()

        const second = await startKeeper(place.namespace, scene.transport)
        await place.is('Ready', 'True Ready', name)
        await second.stop()
        const end = await place.secrets.get(place.key(`${name}-partner-v1`), forever)
        if (made !== undefined) expect(end?.metadata.uid).toBe(made.metadata.uid)
        expect(Object.keys(await place.ledger(name)).sort()).toEqual(['datalens.v1', 'partner.v1'])
        await place.partnerKeys.delete(place.key(name), {}, forever)
        if (!guillotine.fell) return expect(stopAt).toBeGreaterThan(4)
      }
    },
  )

  async function isReady(name: string): Promise<boolean> {
    const found = await place.partnerKeys.get(place.key(name), forever)
    return isTrue(found?.status?.conditions, 'Ready')
  }
})

/** Lets so many writes through, and then none: before the next one is sent, or after it was carried out. */
class Guillotine {
  fell = false
  #left: number
  readonly #side: 'before' | 'after'

  constructor(stopAt: number, side: 'before' | 'after') {
    this.#left = stopAt
    this.#side = side
  }

  guard(deps: PartnerKeyDeps): PartnerKeyDeps {
    return {
      ...deps,
      secretClient: this.#around(deps.secretClient),
      configMapClient: this.#around(deps.configMapClient),
      partnerKeyClient: this.#around(deps.partnerKeyClient),
    }
  }

  #around<C extends object>(client: C): C {
    const writes = new Set<string | symbol>(['create', 'mergePatch', 'mergePatchStatus', 'patchStatus'])
    return new Proxy(client, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name)
        if (typeof method !== 'function') return method
        const call = (...args: unknown[]): unknown => Reflect.apply(method, target, args)
        return writes.has(name) ? (...args: unknown[]) => this.#cut(async () => await call(...args)) : call
      },
    })
  }

  async #cut(write: () => Promise<unknown>): Promise<unknown> {
    this.#left -= 1
    if (this.#left > 0) return await write()
    if (this.#left === 0 && this.#side === 'after') await write()
    this.fell = true
    throw new KubeError('unavailable', 'the process is gone', { retryable: true })
  }
}
