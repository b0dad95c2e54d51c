/** The one list of alerts: the rule file, the table of docs/operations.md and the tests are made from it. */
import type { Alert } from './alert.ts'
import { clickHouseAlerts, readerAlerts } from './alerts/clickhouse.ts'
import { keyAlerts } from './alerts/keys.ts'
import { operatorAlerts } from './alerts/operator.ts'
import { embedAlerts, tenantAlerts } from './alerts/tenants.ts'

export interface AlertGroup {
  readonly name: string
  readonly alerts: readonly Alert[]
}

export const alertGroups: readonly AlertGroup[] = [
  { name: 'lenskeeper.operator', alerts: operatorAlerts },
  { name: 'lenskeeper.clickhouse', alerts: clickHouseAlerts },
  { name: 'lenskeeper.reader', alerts: readerAlerts },
  { name: 'lenskeeper.keys', alerts: keyAlerts },
  { name: 'lenskeeper.tenants', alerts: tenantAlerts },
  { name: 'lenskeeper.embeds', alerts: embedAlerts },
]

export const alerts: readonly Alert[] = alertGroups.flatMap(group => group.alerts)
