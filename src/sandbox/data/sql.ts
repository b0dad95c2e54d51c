/** The statements behind charts and selectors. All that came from outside goes through the two quoting functions. Pure. */
import { quoteIdentifier, quoteLiteral } from '../../clickhouse/quote.ts'
import type { Aggregation, Chart, Dataset, Field, Filter } from '../content/model.ts'
import type { Values } from '../embed/model.ts'
import { textsOf } from '../embed/parameters.ts'

export interface Query {
  readonly database: string
  readonly dataset: Dataset
  /** Undefined: the dataset is not protected. `null`: it is, and nobody is named. */
  readonly user: string | null | undefined
  readonly values: Values
}

/** Rows of dimensions as texts, then measures as numbers. */
export function chartSql(query: Query, { dimensions, measures, filters, limit }: Chart): string {
  const { dataset } = query
  const columns = dimensions.map(id => columnOf(dataset, id))
  const cells = [
    ...columns.map(column => `toString(${column})`),
    ...measures.map(
      ({ field, aggregation }) => `toFloat64(${aggregate(aggregation, columnOf(dataset, field))})`,
    ),
  ]
  const groups = columns.length === 0 ? '' : ` GROUP BY ${columns.join(', ')} ORDER BY ${columns.join(', ')}`
  return `SELECT ${cells.join(', ')} FROM ${tableOf(query)}${whereOf(query, filters)}${groups} LIMIT ${limit}`
}

const mostChoices = 1_000

/** The values of a field, each once. */
export function choicesSql(query: Query, field: string, filters: readonly Filter[]): string {
  const column = columnOf(query.dataset, field)
  const from = `${tableOf(query)}${whereOf(query, filters)}`
  return `SELECT DISTINCT toString(${column}) FROM ${from} ORDER BY ${column} LIMIT ${mostChoices}`
}

const functions: Readonly<Record<Aggregation, string>> = {
  sum: 'sum',
  avg: 'avg',
  min: 'min',
  max: 'max',
  count: 'count',
  unique: 'uniqExact',
}

function aggregate(aggregation: Aggregation, column: string): string {
  return `${functions[aggregation]}(${column})`
}

function fieldOf(dataset: Dataset, id: string): Field {
  const field = dataset.fields.find(one => one.id === id)
  if (field === undefined) throw new RangeError(`the dataset ${dataset.id} has no field ${id}`)
  return field
}

function columnOf(dataset: Dataset, id: string): string {
  return quoteIdentifier(fieldOf(dataset, id).column)
}

function tableOf({ database, dataset }: Query): string {
  return `${quoteIdentifier(database)}.${quoteIdentifier(dataset.table)}`
}

function whereOf(query: Query, filters: readonly Filter[]): string {
  const conditions = [
    ...protectionOf(query),
    ...filters.flatMap(filter => conditionOf(query.dataset, filter, query.values)),
  ]
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
}

/** Rows of a protected dataset are their user's alone; nobody's user has none. */
function protectionOf({ dataset, user }: Query): readonly string[] {
  const { rowLevelSecurity } = dataset
  if (rowLevelSecurity === undefined) return []
  if (user === undefined || user === null || user === '') return ['0']
  return [`toString(${columnOf(dataset, rowLevelSecurity.field)}) = ${quoteLiteral(user)}`]
}

function conditionOf(
  dataset: Dataset,
  { parameter, field, operation }: Filter,
  values: Values,
): readonly string[] {
  const texts = textsOf(values.get(parameter))
  if (texts.length === 0) return []
  const cell = `toString(${columnOf(dataset, field)})`
  if (operation === 'in') return [`${cell} IN (${texts.map(quoteLiteral).join(', ')})`]
  return texts.map(text => `${cell} ${operation === 'from' ? '>=' : '<='} ${quoteLiteral(text)}`)
}
