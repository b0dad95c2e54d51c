import { createHash } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import type { Access, AccessParts, AccessSource } from './access.ts'

/** Projected tokens and mounted certificates change at most every few minutes; client-go uses a minute too. */
const longestUseMs = 60_000

/**
 * The credentials in use, read again at most once a minute, and at once when the server refused them. A
 * reading that fails keeps the last ones, as files are replaced while one looks.
 */
export class Credentials {
  readonly #source: AccessSource
  readonly #clock: Clock
  #access: Access | undefined
  #readAt = 0
  #reading: Promise<Access> | undefined

  constructor(source: AccessSource, clock: Clock) {
    this.#source = source
    this.#clock = clock
  }

  /** Those in use, unless they have to be read anew: in the common case nobody waits. */
  get cached(): Access | undefined {
    return this.#clock.monotonic() - this.#readAt < longestUseMs ? this.#access : undefined
  }

  async current(): Promise<Access> {
    return this.cached ?? (await this.#read(false))
  }

  /** Reads anew unless somebody else already has since `refused` was handed out. */
  async renew(refused: Access): Promise<Access> {
    if (this.#access !== undefined && this.#access !== refused) return this.#access
    return await this.#read(true)
  }

  #read(rejected: boolean): Promise<Access> {
    this.#reading ??= this.#readOnce(rejected).finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readOnce(rejected: boolean): Promise<Access> {
    try {
      const parts = await this.#source(rejected)
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
