import { expect } from 'vitest'
import { dataOf } from '../../../src/api/core-objects.ts'
import type { World } from '../../cluster/world.ts'
import { eventually } from '../../time/eventually.ts'

const forever = new AbortController().signal
/** Twice the sync interval and more, as the machine may be busy. */
export const deadlineMs = 60_000
export const both = [0, 1] as const

/** A tenant in `tenants` that is served on both replicas, and what somebody does to it by hand. */
export class Served {
  readonly #world: World
  readonly name: string
  readonly key: string
  readonly database: string
  readonly secretKey: string
  /** When it was first served. */
  token: string | undefined

  private constructor(world: World, name: string, database: string) {
    this.#world = world
    this.name = name
    this.key = `tenants/${name}`
    this.database = database
    this.secretKey = `${this.key}-datalens`
  }

  /** Once it is ready and has a row in its database. */
  static async start(world: World, name: string, spec: object): Promise<Served> {
    const database = `drift_${name.replaceAll('-', '_')}`
    await world.apply(world.tenant(name, { database, ...spec }))
    await world.tenantIs(`tenants/${name}`, 'True', 'Ready', deadlineMs)
    const served = new Served(world, name, database)
    await served.onBoth('CREATE TABLE $.orders (x UInt8) ENGINE = MergeTree ORDER BY x')
    await served.onBoth('INSERT INTO $.orders VALUES (42)')
    served.token = await served.readToken()
    return served
  }

  async on(replica: number, statement: string): Promise<void> {
    await this.#world.sql(statement.replaceAll('$', this.database), replica)
  }

  async onBoth(statement: string): Promise<void> {
    for (const replica of both) await this.on(replica, statement)
  }

  async readToken(): Promise<string | undefined> {
    const secret = await this.#world.secrets.get(this.secretKey, forever)
    return secret === undefined ? undefined : dataOf(secret, 'token')
  }

  async says(status: 'True' | 'False', reason?: string) {
    return await this.#world.tenantIs(this.key, status, reason, deadlineMs)
  }

  async comment(replica: number): Promise<string | undefined> {
    const found = await this.#world.sql(
      `SELECT comment FROM system.databases WHERE name = '${this.database}'`,
      replica,
    )
    return found[0]?.[0]
  }

  async uuid(replica: number): Promise<string | undefined> {
    const found = await this.#world.sql(
      `SELECT toString(uuid) FROM system.databases WHERE name = '${this.database}'`,
      replica,
    )
    return found[0]?.[0]
  }

  /** Served as at first: the same token, a database of its own that can be read on both replicas. */
  async isAsBefore({ data = true }: { readonly data?: boolean } = {}): Promise<void> {
    await eventually(
      async () => {
        for (const replica of both) {
          expect(await this.comment(replica)).toContain(` tenant=${this.key} state=owned `)
          expect(await this.#world.grants(replica)).toContain(this.database)
          if (!data) continue
          expect(await this.#world.sqlAsReader(`SELECT x FROM ${this.database}.orders`, replica)).toEqual([
            ['42'],
          ])
        }
        expect(await this.readToken()).toBe(this.token)
        return true
      },
      { what: `${this.name} is as before`, deadlineMs, everyMs: 500 },
    )
    await this.says('True', 'Ready')
  }
}
