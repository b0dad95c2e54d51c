/** The form of a content file. What its parts say of one another is checked in references.ts. */
import { z } from 'zod'
import { reservedParams } from '../../embed/parameters.ts'
import type { Text } from './model.ts'

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'takes small letters, digits and dashes, such as sales-by-month')
const words = z.string().min(1).max(200)
/** Of a table, a column, a parameter: what ClickHouse and an address can hold. */
const name = z
  .string()
  .min(1)
  .max(256)
  .refine(text => text.isWellFormed() && !text.includes('\0'), 'takes no NUL and no half of a character')

const parameter = name.refine(
  text => !reservedParams.includes(text),
  'is a name that DataLens’s page reads itself; take another',
)

/** One text for both languages, or one for each. */
const text = z
  .union([words, z.strictObject({ en: words, ru: words })], 'takes a text, or {en: ..., ru: ...}')
  .transform((given): Text => (typeof given === 'string' ? { en: given, ru: given } : given))

const connection = z.strictObject({ id, name: text, database: name.optional() })

const field = z.strictObject({
  id,
  column: name.optional(),
  title: text.optional(),
  type: z.enum(['text', 'number', 'date']).default('text'),
})

const dataset = z.strictObject({
  id,
  name: text.optional(),
  connection: id.optional(),
  table: name.optional(),
  extends: id.optional(),
  fields: z.array(field).max(200).default([]),
  rowLevelSecurity: z.strictObject({ field: id, parameter }).optional(),
})

const measure = z.strictObject({
  field: id,
  aggregation: z.enum(['sum', 'avg', 'min', 'max', 'count', 'unique']).default('sum'),
  title: text.optional(),
})

const filter = z.strictObject({
  parameter,
  field: id,
  operation: z.enum(['in', 'from', 'to']).default('in'),
})

const chart = z.strictObject({
  id,
  name: text,
  type: z.enum(['table', 'bar', 'line', 'metric']),
  dataset: id,
  dimensions: z.array(id).max(10).default([]),
  measures: z.array(measure).max(10).default([]),
  filters: z.array(filter).max(50).default([]),
  limit: z.int().min(1).max(10_000).default(1_000),
})

const selector = z.strictObject({
  id,
  title: text,
  parameter,
  dataset: id,
  field: id,
  multiple: z.boolean().default(true),
})

const tile = z.strictObject({ chart: id, width: z.enum(['half', 'full']).default('half') })

const tab = z.strictObject({
  id,
  title: text,
  selectors: z.array(selector).max(20).default([]),
  charts: z.array(tile).min(1).max(50),
})

const dashboard = z.strictObject({ id, name: text, tabs: z.array(tab).min(1).max(20) })

export const contentSchema = z.strictObject({
  title: text.default({ en: 'Sandbox', ru: 'Песочница' }),
  connections: z.array(connection).min(1).max(50),
  datasets: z.array(dataset).max(200).default([]),
  charts: z.array(chart).max(500).default([]),
  dashboards: z.array(dashboard).max(100).default([]),
})

/** A content file as it is written. */
export type Written = z.output<typeof contentSchema>
export type WrittenDataset = Written['datasets'][number]
