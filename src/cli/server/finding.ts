export interface Finding {
  /** Host and port; empty for a finding about all endpoints. */
  readonly endpoint: string
  readonly check: string
  readonly result: 'good' | 'bad' | 'unknown'
  readonly text: string
  /** The statement, or what else to do. */
  readonly mend?: string
}
