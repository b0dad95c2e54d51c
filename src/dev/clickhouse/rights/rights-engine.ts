import { join } from 'node:path'
import type { Principals } from './access-state.ts'
import { sameIdentity, type Identity } from './identity.ts'
import { EngineClient } from '../engine/client.ts'
import type { EngineQuery, EngineResult } from '../engine/engine.ts'
import { Gate } from '../engine/gate.ts'
import { isSymbol, isWord, type Token } from '../sql/tokens.ts'

export interface RightsEngineOptions {
  readonly directory: string
  readonly render: (users: Users) => string
  readonly onCrash: () => void
}

/** Users and roles, and as whom among them the engine is open. */
export interface Users {
  readonly principals: Principals
  readonly identity: Identity
}

/**
 * A second engine, without databases, that answers who may do what. Reopening the main one takes 60 µs a database
 * (measured), a lot when there are thousands.
 */
export class RightsEngine {
  readonly #options: RightsEngineOptions
  readonly #engine: EngineClient
  readonly #gate = new Gate()
  #read: Users | undefined

  constructor(options: RightsEngineOptions) {
    this.#options = options
    this.#engine = new EngineClient({
      directory: join(options.directory, 'rights'),
      onCrash: options.onCrash,
    })
  }

  /** Runs a SELECT for which `readsRightsAlone` holds, with these users and roles. */
  async run(query: EngineQuery, users: Users): Promise<EngineResult> {
    if (!this.#isOpenWith(users))
      await this.#gate.exclusive(async () => {
        if (this.#isOpenWith(users)) return
        await this.#engine.open(this.#options.render(users))
        this.#read = users
      })
    return await this.#gate.shared(() => this.#engine.run(query))
  }

  #isOpenWith({ principals, identity }: Users): boolean {
    return this.#read?.principals === principals && sameIdentity(this.#read.identity, identity)
  }

  async close(): Promise<void> {
    await this.#gate.exclusive(() => this.#engine.close())
  }
}

const tables = new Set([
  'grants',
  'role_grants',
  'users',
  'roles',
  'user_directories',
  'settings_profile_elements',
])

/** Whether a SELECT reads nothing but tables about users and rights. */
export function readsRightsAlone(tokens: readonly Token[]): boolean {
  let found = false
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1]
    if (isWord(token, 'IN') && !isSymbol(next, '(')) return false
    if (!isWord(token, 'FROM', 'JOIN') || isSymbol(next, '(')) continue
    const table = tokens[index + 3]
    const known = next?.text === 'system' && isSymbol(tokens[index + 2], '.') && tables.has(table?.text ?? '')
    if (!known || isSymbol(tokens[index + 4], ',')) return false
    found = true
  }
  return found
}
