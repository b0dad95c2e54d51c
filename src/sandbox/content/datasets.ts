/** Datasets with all that they have from the one that they extend. Pure. */
import type { Fault } from './fault.ts'
import type { Dataset, Field } from './model.ts'
import type { Written, WrittenDataset } from './schema.ts'

export interface ReadDatasets {
  readonly datasets: readonly Dataset[]
  readonly faults: readonly Fault[]
}

/** @param written without a circle */
export function readDatasets(written: Written): ReadDatasets {
  const read = written.datasets.map((dataset, index) => readDataset(dataset, index, written))
  return {
    datasets: read.flatMap(({ dataset }) => (dataset === undefined ? [] : [dataset])),
    faults: read.flatMap(({ faults }) => faults),
  }
}

function readDataset(
  own: WrittenDataset,
  index: number,
  written: Written,
): { readonly dataset: Dataset | undefined; readonly faults: readonly Fault[] } {
  const at = ['datasets', index]
  const line = [own, ...ancestorsOf(own, written.datasets)]
  const faults: Fault[] = []
  const complain = (key: string, message: string): void => void faults.push({ path: [...at, key], message })
  if (own.extends !== undefined && !written.datasets.some(({ id }) => id === own.extends))
    complain('extends', `there is no dataset ${own.extends}`)
  const connection = line.find(one => one.connection !== undefined)?.connection
  const table = line.find(one => one.table !== undefined)?.table
  if (connection === undefined) complain('connection', `the dataset ${own.id} names no connection`)
  else if (!written.connections.some(({ id }) => id === connection))
    complain('connection', `there is no connection ${connection}`)
  if (table === undefined) complain('table', `the dataset ${own.id} names no table`)
  const fields = fieldsOf(line)
  // Who extends a dataset must not get behind its protection.
  const protector = line.findLast(one => one.rowLevelSecurity !== undefined)
  const rowLevelSecurity = protector?.rowLevelSecurity
  if (protector !== own && own.fields.some(({ id }) => id === rowLevelSecurity?.field))
    complain(
      'fields',
      `the dataset ${own.id} gives the protected field ${rowLevelSecurity?.field} another meaning`,
    )
  if (own.rowLevelSecurity !== undefined && own.rowLevelSecurity !== rowLevelSecurity)
    complain(
      'rowLevelSecurity',
      `the dataset ${own.id} has row-level security from the one that it extends; leave it out`,
    )
  if (rowLevelSecurity !== undefined && !fields.some(({ id }) => id === rowLevelSecurity.field))
    complain(
      'rowLevelSecurity',
      `the dataset ${own.id} has no field ${rowLevelSecurity.field} to protect its rows by`,
    )
  if (connection === undefined || table === undefined) return { dataset: undefined, faults }
  const name = own.name ?? { en: own.id, ru: own.id }
  return { dataset: { id: own.id, name, connection, table, fields, rowLevelSecurity }, faults }
}

function ancestorsOf(own: WrittenDataset, datasets: readonly WrittenDataset[]): readonly WrittenDataset[] {
  const parent = datasets.find(({ id }) => id === own.extends)
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent, datasets)]
}

/** The nearest wins. */
function fieldsOf(line: readonly WrittenDataset[]): readonly Field[] {
  const fields = new Map<string, Field>()
  for (const { fields: own } of line) {
    for (const { id, column, title, type } of own) {
      if (!fields.has(id))
        fields.set(id, { id, column: column ?? id, title: title ?? { en: id, ru: id }, type })
    }
  }
  return [...fields.values()]
}
