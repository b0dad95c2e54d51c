/** All rows. */
import { accountRows } from './rows/account.ts'
import { databaseRows } from './rows/database.ts'
import { departureRows } from './rows/departure.ts'
import { keyRows } from './rows/key.ts'
import { embedRows } from './rows/embed.ts'
import { linkRows } from './rows/link.ts'
import { readerRows } from './rows/reader.ts'
import { rolloutRows } from './rows/rollout.ts'
import type { Row } from './row.ts'
import { serverRows } from './rows/server.ts'
import { refusedTenantRows } from './rows/refused-tenant.ts'
import { refusedEmbedRows } from './rows/refused-embed.ts'
import { tenantRows } from './rows/tenant.ts'
import { tokenRows } from './rows/token.ts'

export const rows: readonly Row[] = [
  ...serverRows,
  ...accountRows,
  ...readerRows,
  ...departureRows,
  ...keyRows,
  ...rolloutRows,
  ...tenantRows,
  ...refusedTenantRows,
  ...tokenRows,
  ...databaseRows,
  ...embedRows,
  ...linkRows,
  ...refusedEmbedRows,
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
