import { createHash } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import type { Access, AccessParts, AccessSource } from './access.ts'

/** A minute, as in client-go: projected tokens and mounted certificates change at most every few minutes. */
const longestUseMs = 60_000

/**
 * The credentials in use. They are read again at most once a minute, and at once when the server refused them. If that
 * fails, the last ones stay in use: a file may have been read while it was being replaced.
 */
export class Credentials {
  readonly #source: AccessSource
  readonly #clock: Clock
  readonly #closed = new AbortController()
  #access: Access | undefined
  #readAt = 0
  #reading: Promise<Access> | undefined

  constructor(source: AccessSource, clock: Clock) {
    this.#source = source
    this.#clock = clock
  }

  /** The credentials in use; undefined if they have to be read anew. Mostly nobody has to wait. */
  get cached(): Access | undefined {
    return this.#clock.monotonic() - this.#readAt < longestUseMs ? this.#access : undefined
  }

  /** Whether they have ever been read. */
  get known(): boolean {
    return this.#access !== undefined
  }

  async current(): Promise<Access> {
    return this.cached ?? (await this.#read(false))
  }

  /** Reads anew, unless somebody else has since `refused` was given out. */
  async renew(refused: Access): Promise<Access> {
    if (this.#access !== undefined && this.#access !== refused) return this.#access
    return await this.#read(true)
  }

  /** Ends a plug-in that still runs. */
  close(): void {
    this.#closed.abort(new Error('the connections were closed'))
  }

  #read(rejected: boolean): Promise<Access> {
    this.#reading ??= this.#readOnce(rejected).finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readOnce(rejected: boolean): Promise<Access> {
    try {
      const parts = await this.#source(rejected, this.#closed.signal)
      this.#access = { ...parts, connectionId: connectionIdOf(parts) }
    } catch (error) {
      if (this.#access === undefined) throw error
    }
    this.#readAt = this.#clock.monotonic()
    return this.#access
  }
}

function connectionIdOf(parts: AccessParts): string {
  const hash = createHash('sha256')
    .update(parts.server)
    .update('\0')
    .update(parts.proxy?.reveal() ?? '')
  for (const [name, value] of Object.entries(parts.tls.reveal()).sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`\0${name}\0`)
    hash.update(Buffer.isBuffer(value) ? value : String(value))
  }
  return hash.digest('base64')
}
