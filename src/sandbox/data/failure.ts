/** What the data backend answers when ClickHouse does not give rows. */
import { ClickHouseError } from '../../clickhouse/errors.ts'
import type { BoundConnection } from '../connector/bound-connection.ts'
import type { Dataset } from '../content/model.ts'
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

export interface Failure {
  readonly says: string
  readonly refusal: Refusal
}

/** @throws whatever is no error of ClickHouse */
export function describeFailure(error: unknown): Failure {
  if (!(error instanceof ClickHouseError)) throw error
  if (away.has(error.code)) {
    const says = 'ClickHouse does not answer. Charts are back as soon as it is.'
    return {
      says,
      refusal: { status: 503, body: { code: 'ERR.DS_API.DB.SOURCE_CONNECT_ERROR', message: says } },
    }
  }
  return refusedQuery(words[error.code] ?? 'ClickHouse cannot answer the query of this chart.')
}

function refusedQuery(says: string): Failure {
  return { says, refusal: { status: 400, body: { code: 'ERR.DS_API.DB', message: says } } }
}

/** The same, with a look at the table for what the content file names and the table does not have. */
export async function explainFailure(
  error: unknown,
  { connection, dataset }: { readonly connection: BoundConnection; readonly dataset: Dataset },
  signal: AbortSignal,
): Promise<Failure> {
  const failure = describeFailure(error)
  if (failure.refusal.status === 503) return failure
  try {
    const columns = await connection.columns(dataset.table, signal)
    const missing = dataset.fields.find(({ column }) => columns.length > 0 && !columns.includes(column))
    if (missing === undefined) return failure
    return refusedQuery(
      `The table ${dataset.table} has no column ${missing.column}, which the dataset ${dataset.id} names.`,
    )
  } catch {
    return failure
  }
}
