/** Every version of every object of ours: which of them say something worse than the object said before. */
import { isTrue, type Condition } from '../../../src/api/conditions.ts'
import { kinds } from '../../../src/api/kinds.ts'
import { keyOf, type KubeObject } from '../../../src/api/object.ts'
import type { World } from '../../cluster/world.ts'
import { follow, type ObjectEvent } from '../../watchers/follow.ts'
import { worsened } from './worsened.ts'

interface WithStatus extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] | undefined } | undefined
}

type Kind = (typeof kinds)[number]

export class ConditionWatch {
  readonly #ending = new AbortController()
  /** What each object said first. */
  readonly #before = new Map<string, readonly Condition[]>()
  readonly #problems: string[] = []
  readonly #watching: Promise<void>[] = []
  #started = false

  /** Resolves once nothing that is written from now on can be missed. */
  static async start(world: World): Promise<ConditionWatch> {
    const watch = new ConditionWatch()
    for (const kind of kinds) await watch.#follow(world, kind)
    watch.#started = true
    return watch
  }

  get problems(): readonly string[] {
    return this.#problems
  }

  async close(): Promise<void> {
    this.#ending.abort()
    await Promise.all(this.#watching)
  }

  async #follow(world: World, kind: Kind): Promise<void> {
    const source = clientOf(world, kind).listWatch()
    const note = ({ type, object }: ObjectEvent<WithStatus>): void => {
      if (type !== 'deleted') this.#note(kind, object)
    }
    // A changed CRD breaks the watches off; what was written meanwhile is seen as it is then.
    const follower = { note, onGap: 'relist' } as const
    const { ended } = await follow<WithStatus>(source, follower, this.#ending.signal)
    this.#watching.push(ended)
  }

  #note({ kind, conditions: types }: Kind, object: WithStatus): void {
    const conditions = object.status?.conditions ?? []
    const name = `${kind} ${keyOf(object)}`
    const before = this.#before.get(name)
    if (before === undefined) {
      // One that is made later says first what it waits for.
      if (!this.#started || isTrue(conditions, 'Ready')) this.#before.set(name, conditions)
      return
    }
    this.#problems.push(...worsened(types, before, conditions).map(what => `${name}: ${what}`))
  }
}

function clientOf(world: World, { kind }: Kind) {
  const clients = {
    ClickHouseConnection: world.connections,
    PartnerKey: world.partnerKeys,
    ConnectorTenant: world.tenants,
    SecureEmbed: world.embeds,
  } as const
  return clients[kind]
}
