/** What must be so when nothing goes wrong any more. */
import { findCondition } from '../../../src/api/conditions.ts'
import type { World } from '../../cluster/world.ts'
import { ownershipViolations } from '../../watchers/invariants.ts'

const forever = new AbortController().signal

/** @returns what is not as the tenants say, in words */
export async function wrongAtRest(world: World): Promise<readonly string[]> {
  const departed = Object.keys(await world.marks())
  const wrong = [...(await ownershipViolations(world, { departed }))]
  const connection = await world.connections.get('datalens/default', forever)
  const reachable = findCondition(connection?.status?.conditions, 'Reachable')
  if (reachable?.status !== 'True') wrong.push(`the connection: ${reachable?.reason} ${reachable?.message}`)
  for (const { metadata, spec, status } of await world.tenants.list({}, forever)) {
    const { name, generation } = metadata
    const ready = findCondition(status?.conditions, 'Ready')
    if (ready?.status !== 'True' || ready.observedGeneration !== generation)
      wrong.push(`${name} is not Ready: ${ready?.reason} ${ready?.message}`)
    const verdict = await world.judge('tenants', `${name}-datalens`)
    if (!verdict.ok || verdict.database !== spec.database)
      wrong.push(`${name} has no token for ${spec.database}: ${JSON.stringify(verdict)}`)
  }
  return wrong
}
