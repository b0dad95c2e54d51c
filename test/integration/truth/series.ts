/** The operator's time series that are about an object: by its conditions, and of what has figures of its own by its name. */
import { embedsOwnFaults, isWantedSo } from '../../../src/api/attention.ts'
import { findCondition } from '../../../src/api/conditions.ts'
import { parseMetrics, type Series } from '../../watchers/alerts.ts'
import type { Judged, Kind } from './kind.ts'

/** @param operator its address */
export async function seriesOf(kind: Kind, object: Judged, operator: string): Promise<readonly Series[]> {
  const text = await (await fetch(`${operator}/metrics`)).text()
  const key = `${object.metadata.namespace}/${object.metadata.name}`
  const conditions = object.status?.conditions ?? []
  const ready = findCondition(conditions, 'Ready')?.status
  return parseMetrics(text).filter(({ name, labels }) => {
    if (name === 'lenskeeper_condition')
      return (
        labels['kind'] === kind &&
        conditions.some(
          each =>
            each.type === labels['type'] &&
            each.status === labels['status'] &&
            each.reason === labels['reason'],
        )
      )
    if (name === 'lenskeeper_embeds') return kind === 'SecureEmbed' && labels['state'] === linkOf(object)
    if (name === 'lenskeeper_embeds_not_ready') return kind === 'SecureEmbed' && isCounted(object)
    if (name === 'lenskeeper_clickhouse_statements_total')
      return kind === 'ClickHouseConnection' && labels['kind'] === 'verifyReader'
    if (name === 'lenskeeper_tenants') return kind === 'ConnectorTenant' && labels['ready'] === ready
    return kind === 'PartnerKey' && labels['partner_key'] === key
  })
}

function isCounted(object: Judged): boolean {
  const ready = findCondition(object.status?.conditions, 'Ready')
  return ready?.status !== 'True' && !isWantedSo(ready?.reason) && linkOf(object) !== 'waiting'
}

/** In these rows it is the key that its author took away. */
const byAuthor: ReadonlySet<string> = new Set([...embedsOwnFaults, 'RefreshFailing', 'TokenExpired'])

/** As docs/operations.md has it. */
function linkOf(object: Judged): string {
  const ready = findCondition(object.status?.conditions, 'Ready')
  const link = findCondition(object.status?.conditions, 'TokenPublished')
  if (isWantedSo(ready?.reason)) return 'suspended'
  if (byAuthor.has(ready?.reason ?? '')) return 'waiting'
  return link?.status === 'True' ? 'fresh' : 'none'
}
