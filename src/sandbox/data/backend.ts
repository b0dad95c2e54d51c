import type { Cell, Row } from '../../clickhouse/endpoint/answer.ts'
import type { Clock } from '../../core/clock.ts'
import type { BoundConnection } from '../connector/bound-connection.ts'
import { refusedByBackend } from '../embed/answers.ts'
import { judgeEmbedToken, type EmbedLookup } from '../embed/judge.ts'
import type { Refusal, Values } from '../embed/model.ts'
import { mergeParameters } from '../embed/parameters.ts'
import type { Step, StepName } from '../embed/steps.ts'
import type { Catalog } from '../state/catalog.ts'
import type { Switchboard } from '../state/switchboard.ts'
import { explainFailure } from './failure.ts'
import { questionOf, valuesFor, type ControlData, type Question } from './question.ts'
import { SharedReads } from './shared-reads.ts'
import { chartSql, choicesSql, type Query } from './sql.ts'
import { userOf } from './user.ts'

export interface DataRequest {
  /** As it came: nobody's word is taken for it. */
  readonly token: string
  /** Undefined: the embed's own. */
  readonly entryId: string | undefined
  readonly control: ControlData | undefined
  /** Parameters that are not signed, whoever sends them. */
  readonly unsigned: Values
}

export type DataAnswer =
  | {
      readonly ok: true
      readonly question: Question
      readonly values: Values
      readonly rows: readonly (readonly Cell[])[]
      readonly steps: readonly Step[]
    }
  | { readonly ok: false; readonly refusal: Refusal; readonly steps: readonly Step[] }

export interface BackendParts {
  readonly catalog: Catalog
  readonly lookup: EmbedLookup
  readonly switchboard: Switchboard
  readonly clock: Clock
}

/** Reads the rows of charts. It verifies each token itself, and trusts nothing that the charts API made of it. */
export class DataBackend {
  readonly #parts: BackendParts
  readonly #reads = new SharedReads()

  constructor(parts: BackendParts) {
    this.#parts = parts
  }

  async run({ token, entryId, control, unsigned }: DataRequest, signal: AbortSignal): Promise<DataAnswer> {
    const { lookup, switchboard, clock } = this.#parts
    const switches = switchboard.values
    const judged = judgeEmbedToken(token, { lookup, switches, now: clock.now(), party: 'data', entryId })
    if (!judged.ok) return judged
    const { embed, params: signed } = judged.token
    const { values } = mergeParameters({ signed, unsigned }, embed, switches)
    const answer = await this.#read({ entryId: judged.token.entryId, control, values, signed }, signal)
    return { ...answer, steps: [...judged.steps, ...answer.steps] }
  }

  /** A chart as its own author sees it: no token, and so nobody for whom protected rows would be there. */
  async preview(entryId: string, signal: AbortSignal): Promise<DataAnswer> {
    return await this.#read({ entryId, control: undefined, values: new Map(), signed: new Map() }, signal)
  }

  async #read({ entryId, control, values, signed }: Wanted, signal: AbortSignal): Promise<DataAnswer> {
    const { catalog } = this.#parts
    const entry = catalog.entry(entryId)
    const question = entry && questionOf(entry, control)
    if (question === undefined) return nothingToRead
    const connection = catalog.connection(question.dataset.connection)
    if (connection === undefined) return notConnected
    const query = queryOf(question, { connection, values, signed })
    const steps = [connectedTo(connection), ...protectedBy(query)]
    try {
      const rows = await this.#reads.read(connection, sqlOf(question, query))
      const read = step('rows', true, `ClickHouse gave ${rows.length} rows to the reader.`)
      return {
        ok: true,
        question,
        values,
        rows: rows.map(row => plain(row, question)),
        steps: [...steps, read],
      }
    } catch (error) {
      const source = { connection, dataset: question.dataset }
      const { says, refusal } = await explainFailure(error, source, signal)
      return { ok: false, refusal, steps: [...steps, step('rows', false, says)] }
    }
  }
}

interface Wanted {
  readonly entryId: string
  readonly control: ControlData | undefined
  readonly values: Values
  readonly signed: Values
}

interface Reading {
  readonly connection: BoundConnection
  readonly values: Values
  readonly signed: Values
}

function queryOf(question: Question, { connection, values, signed }: Reading): Query {
  const { dataset } = question
  const user = userOf(dataset, signed)
  return { database: connection.database, dataset, user, values: valuesFor(question, values, signed) }
}

function sqlOf(question: Question, query: Query): string {
  if (question.kind === 'chart') return chartSql(query, question.chart)
  return choicesSql(query, question.selector.field, question.filters)
}

/** ClickHouse writes a number that is none as a text. */
function plain(row: Row, question: Question): readonly Cell[] {
  if (question.kind === 'choices') return row
  const texts = question.chart.dimensions.length
  return row.map((cell, index) => (index < texts || Number.isFinite(cell) ? cell : null))
}

const nothingToRead: DataAnswer = {
  ok: false,
  refusal: refusedByBackend(404, 'ENTRY_NOT_FOUND', 'The entry is gone, or it is nothing that has rows'),
  steps: [step('connection', false, 'The entry is gone, or it is nothing that has rows.')],
}

const notConnected: DataAnswer = {
  ok: false,
  refusal: refusedByBackend(
    400,
    'ERR.DS_API.CONNECTION',
    'The connection is not made yet: paste an access token',
  ),
  steps: [step('connection', false, 'Its connection is not made yet: paste an access token.')],
}

function connectedTo({ database }: BoundConnection): Step {
  return step('connection', true, `Its connection is bound to the database ${database}.`)
}

function protectedBy({ user }: Query): readonly Step[] {
  if (user === undefined) return []
  const says =
    user === null
      ? 'Nobody is named by a signed parameter, so all rows are hidden.'
      : 'Only the rows of the signed user are read.'
  return [step('row-level-security', true, says)]
}

function step(name: StepName, passed: boolean, says: string): Step {
  return { party: 'data', name, passed, says }
}
