/** Says in a file which operators run and which one leads, for as long as they do. */
import { rename, writeFile } from 'node:fs/promises'
import { sleep, systemClock } from '../core/clock.ts'
import { CodedError } from '../core/errors.ts'

/** What is told of an operator. */
export interface OperatorEntry {
  /** Null between its end and the next start. */
  readonly pid: number | null
  readonly url: string
  readonly log: string
  readonly leads: boolean
}

export interface Watched {
  readonly pid: number | undefined
  readonly url: string
  readonly logFile: string
}

const lookEveryMs = 500
/** The first one to lead waits a lease. */
const leadsWithinMs = 120_000
/** One that stands still does not answer, and does not lead for long. */
const answerWithinMs = 1_000

export class OperatorsFile {
  readonly #path: string
  readonly #operators: readonly Watched[]
  readonly #onTrouble: (line: string) => void
  readonly #closed = new AbortController()
  #written = ''
  #running: Promise<void> = Promise.resolve()

  /** @param onTrouble told, once until it is over, that the file may be out of date */
  constructor(path: string, operators: readonly Watched[], onTrouble: (line: string) => void) {
    this.#path = path
    this.#operators = operators
    this.#onTrouble = onTrouble
  }

  /** Resolves once the file is there and one leads. @throws {CodedError} */
  async start(signal: AbortSignal): Promise<void> {
    const deadline = systemClock.monotonic() + leadsWithinMs
    while (!(await this.#look()).some(({ leads }) => leads)) {
      if (systemClock.monotonic() > deadline) {
        const message = `no operator leads after ${leadsWithinMs / 1000} s; see ${this.#operators[0]?.logFile}`
        throw new CodedError('nobodyLeads', message)
      }
      await sleep(systemClock, lookEveryMs, signal)
    }
    this.#running = this.#keepCurrent(this.#closed.signal)
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#running
  }

  async #keepCurrent(signal: AbortSignal): Promise<void> {
    let inTrouble = false
    while (!signal.aborted) {
      await sleep(systemClock, lookEveryMs, signal).catch(() => undefined)
      if (signal.aborted) return
      try {
        await this.#look()
        inTrouble = false
      } catch (error) {
        // It may not be written for a moment, as on a full disk. The next look writes it.
        const why = error instanceof Error ? error.message : String(error)
        if (!inTrouble) this.#onTrouble(`${this.#path} may be out of date (${why}); trying again`)
        inTrouble = true
      }
    }
  }

  async #look(): Promise<readonly OperatorEntry[]> {
    const entries = await Promise.all(this.#operators.map(entryOf))
    const text = `${JSON.stringify(entries, undefined, 2)}\n`
    if (text !== this.#written) await this.#write(text)
    return entries
  }

  /** In one step, so that nobody reads half of it. */
  async #write(text: string): Promise<void> {
    await writeFile(`${this.#path}.new`, text)
    await rename(`${this.#path}.new`, this.#path)
    this.#written = text
  }
}

async function entryOf({ pid, url, logFile }: Watched): Promise<OperatorEntry> {
  const leads = pid !== undefined && (await saysThatItLeads(url))
  return { pid: pid ?? null, url, log: logFile, leads }
}

async function saysThatItLeads(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(answerWithinMs) })
    return /^lenskeeper_leader 1$/m.test(await answer.text())
  } catch {
    return false
  }
}
