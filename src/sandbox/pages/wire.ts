/** What the sandbox answers to a page's script. */
import type { Language } from './texts/language.ts'

export type Cell = string | number | boolean | null

export interface Data {
  /** What columns are called: dimensions first, then measures. */
  readonly titles: readonly string[]
  /** How many of the columns are dimensions. */
  readonly dimensions: number
  readonly rows: readonly (readonly Cell[])[]
}

export type ChartType = 'table' | 'bar' | 'line' | 'metric'

export interface ChartAnswer {
  readonly id: string
  readonly name: string
  readonly type: ChartType
  /** Whether the embed lets its viewers download it. */
  readonly enableExport: boolean
  readonly data: Data
}

/** What a selector has to choose from, in the first column. */
export interface SelectorAnswer {
  readonly data: Data
}

/** Values of parameters: one, or several of one name. */
export type Params = Readonly<Record<string, string | readonly string[]>>

export type Text = Readonly<Record<Language, string>>

export interface SelectorEntry {
  readonly id: string
  readonly title: Text
  /** The parameter that it sets. */
  readonly parameter: string
  readonly multiple: boolean
  /** The viewer cannot choose: the parameter is signed, or the embed does not let an address set it. */
  readonly disabled: boolean
}

export interface TileEntry {
  /** The id of its chart. */
  readonly chart: string
  readonly name?: Text
  readonly type?: ChartType
  readonly width: 'half' | 'full'
}

export interface TabEntry {
  readonly id: string
  readonly title: Text
  readonly selectors: readonly SelectorEntry[]
  readonly tiles: readonly TileEntry[]
}

/** What a page has to know to draw a dashboard. */
export interface DashEntry {
  readonly data: { readonly name: Text; readonly tabs: readonly TabEntry[] }
}
