/** What a content file holds, checked: every id that is named here is there. */

export type Language = 'en' | 'ru'

/** A text in each language that a page may be asked for. */
export type Text = Readonly<Record<Language, string>>

/** A place for a connection. Bound to a database by the file, or else by the first token that is pasted for it. */
export interface ConnectionSlot {
  readonly id: string
  readonly name: Text
  readonly database: string | undefined
}

export type FieldType = 'text' | 'number' | 'date'

export interface Field {
  readonly id: string
  readonly column: string
  readonly title: Text
  readonly type: FieldType
}

/** Rows belong to the user that stands in `field`; which signed parameter names the viewer is the embedder's choice. */
export interface RowLevelSecurity {
  readonly field: string
  readonly parameter: string
}

export interface Dataset {
  readonly id: string
  readonly name: Text
  /** Of a ConnectionSlot. */
  readonly connection: string
  readonly table: string
  readonly fields: readonly Field[]
  readonly rowLevelSecurity: RowLevelSecurity | undefined
}

export type ChartType = 'table' | 'bar' | 'line' | 'metric'
export type Aggregation = 'sum' | 'avg' | 'min' | 'max' | 'count' | 'unique'
/** `in`: is one of the values. `from` and `to`: bounds, both included. */
export type FilterOperation = 'in' | 'from' | 'to'

export interface Measure {
  readonly field: string
  readonly aggregation: Aggregation
  readonly title: Text
}

/** Which parameter filters which field. */
export interface Filter {
  readonly parameter: string
  readonly field: string
  readonly operation: FilterOperation
}

export interface Chart {
  readonly id: string
  readonly name: Text
  readonly type: ChartType
  readonly dataset: string
  /** Ids of fields. */
  readonly dimensions: readonly string[]
  readonly measures: readonly Measure[]
  readonly filters: readonly Filter[]
  readonly limit: number
}

/** Offers the values of a field, and sets a parameter. */
export interface Selector {
  readonly id: string
  readonly title: Text
  readonly parameter: string
  readonly dataset: string
  readonly field: string
  readonly multiple: boolean
}

export interface Tile {
  readonly chart: string
  readonly width: 'half' | 'full'
}

export interface Tab {
  readonly id: string
  readonly title: Text
  readonly selectors: readonly Selector[]
  readonly tiles: readonly Tile[]
}

export interface Dashboard {
  readonly id: string
  readonly name: Text
  readonly tabs: readonly Tab[]
}

export interface Content {
  readonly title: Text
  readonly connections: readonly ConnectionSlot[]
  readonly datasets: readonly Dataset[]
  readonly charts: readonly Chart[]
  readonly dashboards: readonly Dashboard[]
}
