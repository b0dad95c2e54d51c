/** ISO 8601 in UTC with whole seconds, as Kubernetes writes `metav1.Time`. */
export function toTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

/** The same with microseconds, as Kubernetes writes `metav1.MicroTime`. @param micros beyond `ms`, below 1000 */
export function toMicroTimestamp(ms: number, micros = 0): string {
  return `${new Date(ms).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`
}

/** Milliseconds since the epoch; undefined for what is absent or no time. */
export function parseTimestamp(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? undefined : ms
}

/** The last second since the epoch that can be written as a timestamp: the end of the year 9999. */
export const lastSecond = 253_402_300_799
