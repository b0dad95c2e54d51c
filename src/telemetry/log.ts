import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino'
import { Verbosity, type LogLevel } from './verbosity.ts'

/** A structured log: messages are constant, and all that varies is a field. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'child'>

/**
 * Writes JSON lines with ISO times. An error is written as name, code and message. Not with its stack at `info` and
 * above, since a stack may quote source text; never with what libraries add to their errors (headers, URLs).
 *
 * @param options.level a `Verbosity` may change later, and then counts for all loggers that were made of this one
 */
export function createLogger(options: {
  readonly level: LogLevel | Verbosity
  readonly destination?: DestinationStream
}): Logger {
  const { level } = options
  const verbosity = level instanceof Verbosity ? level : new Verbosity(level)
  return pino(
    {
      level: 'debug',
      hooks: {
        // Loggers that were made of this one have a level of their own, which nobody could change any more.
        logMethod(args, method, weight) {
          if (verbosity.takes(weight)) method.apply(this, args)
        },
      },
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: label => ({ level: label }) },
      serializers: { err: describeError, error: describeError },
    },
    options.destination ?? pino.destination({ fd: 2, sync: true }),
  )
}

function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) }
  const code = (error as { code?: unknown }).code
  return {
    name: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message: error.message,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  }
}
