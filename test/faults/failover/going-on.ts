import type { World } from '../../cluster/world.ts'
import { eventually } from '../../time/eventually.ts'
import { metricOf } from '../../watchers/operator-metrics.ts'
import { settled } from '../../watchers/settled.ts'
import { exitLeadLost, type Contender, type Contenders } from './contenders.ts'

/**
 * Has a former leader go on that stands still, until it has ended. The present one stands still meanwhile.
 *
 * @returns what was sent after that; nothing, if the former one sent nothing more
 */
export async function sentOnGoingOn(
  world: World,
  contenders: Contenders,
  { former, present }: { readonly former: Contender; readonly present: Contender },
): Promise<readonly string[]> {
  await eventually(async () => (await metricOf(present.operator, 'lenskeeper_reconciles_running')) === 0, {
    what: 'nothing is under way',
  })
  contenders.standStill(present)
  const written = (): readonly string[] => former.proxy.writes()
  const stated = async (): Promise<readonly string[]> =>
    (await world.clickhouse.statements()).map(({ sql }) => sql)
  // A statement of the present one, as its syncs send them at any time, may have been on its way when it was stopped.
  const before = await settled(async () => [written().length, (await stated()).length] as const, {
    forMs: 1_000,
  })
  contenders.goOn(former)
  await eventually(() => former.operator.exitCode === exitLeadLost, { what: 'it has lost the lead' })
  const sent = [...written().slice(before[0]), ...(await stated()).slice(before[1])]
  contenders.goOn(present)
  return sent
}
