import { createLogger, type Logger } from '../../src/telemetry/log.ts'

/** A real logger whose lines a test can read. */
export function recordedLog(): {
  readonly log: Logger
  readonly lines: (level?: string) => Record<string, unknown>[]
} {
  const written: string[] = []
  const log = createLogger({ level: 'debug', destination: { write: line => written.push(line) } })
  return {
    log,
    lines: level =>
      written
        .map(line => JSON.parse(line) as Record<string, unknown>)
        .filter(line => level === undefined || line['level'] === level),
  }
}
