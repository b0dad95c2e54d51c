import type { World } from '../../cluster/world.ts'
import { eventually } from '../../time/eventually.ts'
import { metricOf } from '../../watchers/operator-metrics.ts'
import { exitLeadLost, type Contender, type Contenders } from './contenders.ts'

/**
 * Has a former leader go on that stands still, until it has ended. The present one stands still meanwhile.
 *
 * @returns all that was ever sent, if the former one sent anything more; empty if it did not
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
  const sent = async (): Promise<readonly string[]> => [
    ...former.proxy.writes(),
    ...(await world.clickhouse.statements()).map(({ sql }) => sql),
  ]
  const before = (await sent()).length
  contenders.goOn(former)
  await eventually(() => former.operator.exitCode === exitLeadLost, { what: 'it has lost the lead' })
  const all = await sent()
  contenders.goOn(present)
  return all.length === before ? [] : all
}
