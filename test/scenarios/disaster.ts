/** What helps to recover from a disaster: Git, backups of Secrets, a vault, an administrator of ClickHouse. */
import { randomUUID } from 'node:crypto'
import { keyCommands } from '../../src/cli/keys/commands.ts'
import { dispatch } from '../../src/cli/frame/dispatch.ts'
import { dataOf } from '../../src/api/core-objects.ts'
import type { KubeObject } from '../../src/api/object.ts'
import { recordedTerminal } from '../builders/recorded-terminal.ts'
import type { World } from '../cluster/world.ts'

const forever = new AbortController().signal
const ours = ['-l', 'app.kubernetes.io/managed-by=lenskeeper']

export const databaseOf = (tenant: string): string => `client_${tenant}`

/** What was committed, by kind and name. */
export class Git {
  readonly #objects = new Map<string, KubeObject>()

  commit(...objects: readonly object[]): void {
    for (const object of objects as readonly KubeObject[])
      this.#objects.set(`${object.kind}/${object.metadata.name}`, object)
  }

  remove(kind: string, name: string): void {
    this.#objects.delete(`${kind}/${name}`)
  }

  async applyTo(world: World): Promise<void> {
    await world.apply(...this.#objects.values())
  }
}

/** The page's command for backing up Secrets and ledgers. */
export async function backUpSecrets(world: World, namespace: string): Promise<readonly KubeObject[]> {
  const text = await world.kubectl(['-n', namespace, 'get', 'secrets,configmaps', ...ours, '-o', 'json'])
  return (JSON.parse(text) as { items: KubeObject[] }).items
}

/** As backup tools restore: without uids and owners, which mean nothing in another cluster. */
export async function restoreWithoutOwners(world: World, objects: readonly KubeObject[]): Promise<void> {
  const bare = objects.map(({ metadata, ...object }) => {
    const { name, namespace, labels, annotations } = metadata
    return { ...object, metadata: { name, namespace, labels, annotations } } as KubeObject
  })
  await restoreAsTheyAre(world, bare)
}

/** `kubectl create` with what `kubectl get` printed. */
export async function restoreAsTheyAre(world: World, items: readonly KubeObject[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items }
  await world.kubectl(['create', '-f', '-'], JSON.stringify(list))
}

/** Runs `lenskeeper key …`. @throws with what it complained of */
export async function lenskeeperKey(world: World, line: string): Promise<string> {
  const terminal = recordedTerminal()
  const args = ['key', ...line.split(' '), '-n', 'datalens', '--kubeconfig', world.environment.kubeconfigPath]
  const code = await dispatch(args, [{ name: 'key', summary: '', commands: keyCommands }], terminal)
  if (code !== 0) throw new Error(terminal.complaints)
  return terminal.output
}

export async function tokenOf(world: World, tenant: string): Promise<string | undefined> {
  const secret = await world.secrets.get(`tenants/${tenant}-datalens`, forever)
  return secret === undefined ? undefined : dataOf(secret, 'token')
}

/** The replicas of ClickHouse, in the hands of their administrator. */
export class Servers {
  readonly #world: World
  readonly #count: number

  constructor(world: World, count: number) {
    this.#world = world
    this.#count = count
  }

  async run(...statements: readonly string[]): Promise<void> {
    for (let replica = 0; replica < this.#count; replica++)
      for (const statement of statements) await this.#world.sql(statement, replica)
  }

  /** A database with one row, under a new uuid that is the same on all replicas. */
  async restore(database: string, comment = ''): Promise<string> {
    const uuid = randomUUID()
    await this.run(
      `CREATE DATABASE ${database} UUID '${uuid}'${comment && ` COMMENT '${comment}'`}`,
      ...tableOf(database),
    )
    return uuid
  }

  async fill(database: string): Promise<void> {
    await this.run(...tableOf(database))
  }

  /** On each replica, what this column of `system.databases` says. */
  async each(database: string, column: 'uuid' | 'comment'): Promise<readonly (string | undefined)[]> {
    const query = `SELECT toString(${column}) FROM system.databases WHERE name = '${database}'`
    return Promise.all(
      Array.from({ length: this.#count }, async (_, at) => (await this.#world.sql(query, at))[0]?.[0]),
    )
  }

  /** Whether the reader may read it: on all replicas, on none, or undefined for anything else. */
  async readable(database: string): Promise<boolean | undefined> {
    const answers = new Set<boolean>()
    for (let replica = 0; replica < this.#count; replica++)
      answers.add((await this.#world.grants(replica)).includes(database))
    return answers.size === 1 ? answers.has(true) : undefined
  }
}

function tableOf(database: string): readonly string[] {
  return [
    `CREATE TABLE ${database}.orders (x UInt8) ENGINE = MergeTree ORDER BY x`,
    `INSERT INTO ${database}.orders VALUES (42)`,
  ]
}
