export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Pino's numbers. */
const weights: Readonly<Record<LogLevel, number>> = {
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  silent: Number.POSITIVE_INFINITY,
}

/** From which level on is logged, by a logger and by all that were made of it. It may change while they are in use. */
export class Verbosity {
  #level: LogLevel

  constructor(level: LogLevel) {
    this.#level = level
  }

  get level(): LogLevel {
    return this.#level
  }

  set level(level: LogLevel) {
    this.#level = level
  }

  /** @param weight as pino counts levels */
  takes(weight: number): boolean {
    return weight >= weights[this.#level]
  }
}
