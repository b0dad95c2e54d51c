/** What nobody may lose by an upgrade, on both servers, as plain data. */
import { keyOf } from '../../../src/api/object.ts'
import type { World } from '../../cluster/world.ts'

export interface Belongings {
  /** Uids of all our objects, by kind and key: one that was made anew has another. */
  readonly objects: Readonly<Record<string, string>>
  /** Our Secrets: which one it is, its version, and what is in it. */
  readonly secrets: Readonly<Record<string, string>>
  readonly marks: Readonly<Record<string, string>>
  readonly grants: readonly string[]
  /** What was sent to ClickHouse until now to change something. */
  readonly changes: Readonly<Record<string, number>>
}

const forever = new AbortController().signal
const managed = { labelSelector: 'app.kubernetes.io/managed-by=lenskeeper' }
/** Leading words of what changes nothing. */
const reading = /^(?:SELECT|WITH|SHOW|CHECK|EXISTS|DESCRIBE|DESC|EXPLAIN|SET|OTHER)\b/

export async function belongingsOf(world: World): Promise<Belongings> {
  const [connections, keys, tenants, embeds, secrets, marks, grants, { byVerb }] = await Promise.all([
    world.connections.list({}, forever),
    world.partnerKeys.list({}, forever),
    world.tenants.list({}, forever),
    world.embeds.list({}, forever),
    world.secrets.list(managed, forever),
    world.marks(),
    world.grants(),
    world.clickhouse.statistics(),
  ])
  const objects = { connections, keys, tenants, embeds }
  const uids = Object.entries(objects).flatMap(([kind, list]) =>
    list.map(object => [`${kind} ${keyOf(object)}`, object.metadata.uid ?? ''] as const),
  )
  const contents = secrets.map(secret => {
    const { uid, resourceVersion } = secret.metadata
    return [keyOf(secret), JSON.stringify([uid, resourceVersion, secret.data])] as const
  })
  return {
    objects: Object.fromEntries(uids),
    secrets: Object.fromEntries(contents),
    marks,
    grants,
    changes: Object.fromEntries(Object.entries(byVerb).filter(([verb]) => !reading.test(verb))),
  }
}

/** Of the present ones only what there was before: those of new objects are left out. */
export function stillThere(before: Belongings, now: Belongings): Omit<Belongings, 'changes'> {
  const of = (was: Readonly<Record<string, string>>, is: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(is).filter(([name]) => was[name] !== undefined))
  return {
    objects: of(before.objects, now.objects),
    secrets: of(before.secrets, now.secrets),
    marks: of(before.marks, now.marks),
    grants: now.grants.filter(name => before.grants.includes(name)),
  }
}
