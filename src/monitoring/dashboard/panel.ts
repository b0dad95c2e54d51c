/** What one looks at, without where it stands: the layout is the dashboard’s. */

export type Unit = 'short' | 's' | 'ops' | 'dateTimeAsIso' | 'bytes' | 'percentunit' | 'dtdurations'

export interface Query {
  readonly expr: string
  /** As Grafana takes it: text with `{{label}}`. */
  readonly legend: string
}

export interface Panel {
  readonly type: 'timeseries' | 'stat' | 'table'
  readonly title: string
  /** A sentence for whoever does not know the metric. */
  readonly description: string
  readonly unit: Unit
  readonly queries: readonly Query[]
  /** From which value on it is drawn as trouble. Absent: it is never. */
  readonly troubleFrom?: number
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}
