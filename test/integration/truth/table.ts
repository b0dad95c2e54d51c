/** All rows. */
import { accountRows } from './account-rows.ts'
import { databaseRows } from './database-rows.ts'
import { departureRows } from './departure-rows.ts'
import { keyRows } from './key-rows.ts'
import { readerRows } from './reader-rows.ts'
import { rolloutRows } from './rollout-rows.ts'
import type { Row } from './row.ts'
import { serverRows } from './server-rows.ts'
import { tenantRows } from './tenant-rows.ts'

export const rows: readonly Row[] = [
  ...serverRows,
  ...accountRows,
  ...readerRows,
  ...departureRows,
  ...keyRows,
  ...rolloutRows,
  ...tenantRows,
  ...databaseRows,
]

/** All that the rows of a kind show, in whatever condition. */
export function reasonsOf(kind: string): ReadonlySet<string> {
  const ofKind = rows.filter(row => row.kind === kind)
  return new Set(
    ofKind.flatMap(({ reason, shows }) => [
      reason,
      ...Object.values(shows).map(says => says.slice(says.indexOf(' ') + 1)),
    ]),
  )
}
