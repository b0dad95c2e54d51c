/** What calls a person. */
export interface Alert {
  /** Also the heading of what to do, in docs/troubleshooting.md. */
  readonly name: `Lenskeeper${string}`
  readonly expr: string
  /** How long it has to be so. Absent: the first time is enough. */
  readonly for?: string
  /** `critical`: somebody has lost something, or may at any moment. `warning`: it can wait for the morning. */
  readonly severity: 'critical' | 'warning'
  /** One line, with what is not so. */
  readonly summary: string
  /** What it means for tenants and pages, and the first command. */
  readonly description: string
}
