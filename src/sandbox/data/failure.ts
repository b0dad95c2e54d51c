/** What the data backend answers when ClickHouse does not give rows. Pure. */
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { Refusal } from '../embed/model.ts'

const away = new Set<string>(['unreachable', 'timeout', 'busy', 'tlsFailed', 'aborted'])

/** Says no more than what a viewer may know: not the host, not the statement. */
const words: Readonly<Record<string, string>> = {
  authenticationFailed:
    'ClickHouse does not let the reader in: its name or password is not the one of the hand-over.',
  missingPrivileges: 'The reader may not read this database: access is withheld, or not granted yet.',
  databaseMissing: 'There is no database of this name.',
  tableMissing: 'The table of this dataset is not there, or the reader may not see it.',
  settingRefused: 'ClickHouse refuses the settings of a chart: the reader needs readonly = 2.',
  answerTooBig: 'The chart has too many rows.',
}

/** @throws whatever is no error of ClickHouse */
export function describeFailure(error: unknown): { readonly says: string; readonly refusal: Refusal } {
  if (!(error instanceof ClickHouseError)) throw error
  const isAway = away.has(error.code)
  const says = isAway
    ? 'ClickHouse does not answer. Charts are back as soon as it is.'
    : (words[error.code] ?? 'ClickHouse cannot answer the query of this chart.')
  const code = isAway ? 'ERR.DS_API.DB.SOURCE_CONNECT_ERROR' : 'ERR.DS_API.DB'
  return { says, refusal: { status: isAway ? 503 : 400, body: { code, message: says } } }
}
