// `lenskeeper dev` as a process: what it promises about its folder, and that it leaves nothing behind.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Visitor } from '../../src/cli/chain/visitor.ts'
import type { Administrator } from '../../src/dev/administrator.ts'
import type { OperatorEntry } from '../../src/dev/operators-file.ts'
import { connect } from '../cluster/clickhouse-under-test.ts'
import { eventually, kubectl } from '../cluster/cluster.ts'
import { descendantsOf, startProgram, stillRunning, type Program } from '../cluster/program.ts'

type Access = Administrator & { readonly url: string; readonly endpoints?: readonly string[] }

const directories: string[] = []
const started: Program[] = []

const stale = 'left by somebody who was killed\n'

/** What stands in the file, or undefined when there is none. */
function readyOf(directory: string): string | undefined {
  const file = join(directory, 'ready')
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

function newState(): string {
  const directory = mkdtempSync(join(tmpdir(), 'lenskeeper-dev-'))
  directories.push(directory)
  return directory
}

async function start(directory: string, ...args: readonly string[]): Promise<Program> {
  const program = startProgram(['dev', '--state', directory, ...args])
  started.push(program)
  let isOver = false
  void program.ended.then(() => (isOver = true))
  await eventually(
    () => {
      if (isOver) throw new Error(program.complaints)
      return readyOf(directory) !== undefined && readyOf(directory) !== stale
    },
    { deadlineMs: 180_000, what: 'the file "ready"' },
  )
  return program
}

afterEach(async () => {
  for (const program of started.splice(0)) {
    program.signal('SIGKILL')
    await program.ended
  }
})

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
})

const accessOf = (directory: string): Access =>
  JSON.parse(readFileSync(join(directory, 'clickhouse.json'), 'utf8')) as Access
const kubeconfigOf = (directory: string) => ({ kubeconfig: join(directory, 'kubeconfig') })

async function query(url: string, login: Administrator, sql: string): Promise<string> {
  const { username, password } = login
  const client = connect(url, { username, password })
  try {
    return (await (await client.query({ query: sql, format: 'TabSeparated' })).text()).trim()
  } finally {
    await client.close()
  }
}

async function execute(url: string, login: Administrator, sql: string): Promise<void> {
  const { username, password } = login
  const client = connect(url, { username, password })
  await client.command({ query: sql })
  await client.close()
}

async function gone(pids: readonly number[]): Promise<void> {
  const what = 'the end of every process that was started'
  await eventually(() => stillRunning(pids).length === 0, { what })
}

describe('dev', () => {
  const directory = newState()
  let first: { readonly access: Access; readonly kubeconfig: string }

  beforeAll(() => writeFileSync(join(directory, 'ready'), stale))

  test('says where things are, and ends with SIGTERM, leaving data and no process', async () => {
    const dev = await start(directory)
    const access = accessOf(directory)
    first = { access, kubeconfig: readFileSync(join(directory, 'kubeconfig'), 'utf8') }
    for (const name of ['kubeconfig', 'clickhouse.json', 'operator.kubeconfig']) {
      expect(statSync(join(directory, name)).mode & 0o077, name).toBe(0)
    }
    expect(Object.keys(access).sort()).toEqual(['password', 'url', 'username'])
    expect(await kubectl(['auth', 'whoami'], kubeconfigOf(directory))).toContain('system:masters')
    expect(await kubectl(['get', 'lenskeeper', '-A'], kubeconfigOf(directory))).toBe('')
    expect(readFileSync(join(directory, 'operator.log'), 'utf8')).toContain('"controllers started"')

    await kubectl(['create', 'configmap', 'kept'], kubeconfigOf(directory))
    await execute(access.url, access, 'CREATE DATABASE kept')
    const pids = descendantsOf(dev.pid)
    expect(pids.length).toBeGreaterThan(4)
    dev.signal('SIGTERM')
    expect(await dev.ended).toEqual({ code: 0, signal: null })
    expect(stillRunning(pids)).toEqual([])
    expect(existsSync(join(directory, 'ready'))).toBe(false)
  })

  test('started again with the same folder, has the data of both servers at the same addresses', async () => {
    const dev = await start(directory, '--replicas', '0')
    expect(accessOf(directory)).toEqual(first.access)
    expect(readFileSync(join(directory, 'kubeconfig'), 'utf8')).toBe(first.kubeconfig)
    expect(await kubectl(['get', 'configmap', 'kept', '-o', 'name'], kubeconfigOf(directory))).toBe(
      'configmap/kept\n',
    )
    const { url } = first.access
    expect(await query(url, first.access, "SELECT name FROM system.databases WHERE name = 'kept'")).toBe(
      'kept',
    )

    const second = startProgram(['dev', '--state', directory])
    expect(await second.ended).toMatchObject({ code: 1 })
    expect(second.complaints.trim()).toBe(`lenskeeper dev: ${directory} is in use by another process`)
    expect(existsSync(join(directory, 'ready'))).toBe(true)

    const pids = descendantsOf(dev.pid)
    dev.signal('SIGKILL')
    await gone(pids)
    await eventually(() => !existsSync(join(directory, 'ready')), {
      what: '"ready" is removed after a SIGKILL',
    })
  })

  test('runs several, says which one leads, and starts a killed one again, as a Deployment would', async () => {
    const dev = await start(directory, '--replicas', '2')
    const operators = (): readonly OperatorEntry[] =>
      readJson(directory, 'operators.json') as readonly OperatorEntry[]
    const before = operators()
    expect(before.map(({ log }) => log)).toEqual(
      ['operator.log', 'operator-2.log'].map(name => join(directory, name)),
    )
    expect(before.filter(({ leads }) => leads)).toHaveLength(1)
    const at = before.findIndex(({ leads }) => leads)
    const { pid, url } = before[at] as OperatorEntry
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    process.kill(pid as number, 'SIGKILL')
    await eventually(
      () => {
        const now = operators()[at]
        return now !== undefined && now.pid !== null && now.pid !== pid && !now.leads
      },
      { what: 'another start of the operator, which does not lead' },
    )
    expect(dev.complaints).toContain('the operator ended (SIGKILL)')
    dev.signal('SIGINT')
    expect(await dev.ended).toEqual({ code: 0, signal: null })
    expect(existsSync(join(directory, 'operators.json'))).toBe(false)
  })
})

test('dev without an operator and with two replicas of ClickHouse', async () => {
  const directory = newState()
  const dev = await start(directory, '--replicas', '0', '--clickhouse-replicas', '2')
  const access = accessOf(directory)
  expect(access.endpoints).toHaveLength(2)
  expect(access.endpoints?.[0]).toBe(access.url)
  for (const url of access.endpoints ?? []) expect(await query(url, access, 'SELECT 1')).toBe('1')
  expect(existsSync(join(directory, 'operator.log'))).toBe(false)
  expect(await kubectl(['get', 'crd', '-o', 'name'], kubeconfigOf(directory))).toContain(
    'connectortenants.lenskeeper.dev',
  )
  dev.signal('SIGTERM')
  expect(await dev.ended).toEqual({ code: 0, signal: null })
})

test('dev, ended while it starts, leaves nothing running and is no failure', async () => {
  const directory = newState()
  const dev = startProgram(['dev', '--state', directory, '--replicas', '0'])
  started.push(dev)
  const pids = await eventually(
    () => {
      const found = descendantsOf(dev.pid)
      return found.length >= 3 ? found : undefined
    },
    { what: 'its first child processes', everyMs: 20 },
  )
  dev.signal('SIGTERM')
  expect(await dev.ended).toEqual({ code: 0, signal: null })
  expect(stillRunning(pids)).toEqual([])
  expect(existsSync(join(directory, 'ready'))).toBe(false)
})

interface PortalFile {
  readonly url: string
  readonly users: readonly { readonly name: string; readonly password: string }[]
}

/** How many sales a customer's link shows. */
async function salesOf(directory: string, name: string): Promise<number> {
  const { url, users } = readJson(directory, 'portal.json') as PortalFile
  const visitor = new Visitor(url)
  await visitor.logIn(name, users.find(user => user.name === name)?.password ?? '')
  const answer = await visitor.askForLink('/api/embed/dashboard')
  const { token } = JSON.parse(answer.body) as { readonly token: string }
  const sandbox = readJson(directory, 'sandbox.json') as { readonly url: string }
  const api = `${sandbox.url}/charts/embeds/api`
  const headers = { 'x-dl-embed-token': token }
  const entry = await fetch(`${api}/embedded-entry`, { headers })
  const { data } = (await entry.json()) as {
    readonly data: { readonly tabs: readonly { readonly tiles: readonly { readonly chart: string }[] }[] }
  }
  const body = JSON.stringify({ id: data.tabs[1]?.tiles[0]?.chart })
  const ran = await fetch(`${api}/run`, { method: 'POST', headers, body })
  return ((await ran.json()) as { readonly data: { readonly rows: readonly unknown[] } }).data.rows.length
}

/** DataLens makes a second key and the partner takes it, with a second one of its own; all tokens are made of these. */
async function rotateBoth(directory: string): Promise<void> {
  const sandbox = readJson(directory, 'sandbox.json') as { readonly url: string }
  const made = await fetch(`${sandbox.url}/api/connectors/acme/datalens-keys/2`, { method: 'POST' })
  const { publicKey } = (await made.json()) as { readonly publicKey: string }
  const rollout = { batch: { percent: 100, interval: '1s' } }
  const patch = JSON.stringify({ spec: { keyVersion: 2, dataLens: { keyVersion: 2, publicKey }, rollout } })
  await kubectl(
    ['patch', 'pkey', 'acme', '--namespace', 'datalens', '--type', 'merge', '--patch', patch],
    kubeconfigOf(directory),
  )
  const pairs = [
    'get',
    'ctenant',
    '--namespace',
    'tenants',
    '--output',
    'jsonpath={.items[*].status.token.pair}',
  ]
  await eventually(async () => /^2:2( 2:2)*$/.test(await kubectl(pairs, kubeconfigOf(directory))), {
    what: 'tokens of both new keys',
    deadlineMs: 60_000,
  })
}

function readJson(directory: string, name: string): unknown {
  return JSON.parse(readFileSync(join(directory, name), 'utf8'))
}

describe('dev with a sandbox and a portal', { timeout: 240_000 }, () => {
  const directory = newState()
  const groups = 'SELECT toString(uniqExact(month, region, product)) FROM client_1234383.orders'

  test('says where both are and who may log in, shows a customer’s rows, and ends both with the rest', async () => {
    const dev = await start(directory, '--sandbox')
    for (const name of ['sandbox.json', 'portal.json', 'datalens.pem'])
      expect(statSync(join(directory, name)).mode & 0o777, name).toBe(0o600)
    const { url, users } = readJson(directory, 'portal.json') as PortalFile
    expect(users.map(({ name }) => name)).toEqual(['acme', 'globex', 'admin'])
    const access = accessOf(directory)
    expect(await salesOf(directory, 'acme')).toBe(Number(await query(access.url, access, groups)))
    await rotateBoth(directory)
    const lobby = JSON.stringify({ spec: { params: [{ name: 'region', value: 'south' }] } })
    await kubectl(
      ['patch', 'dlembed', 'lobby', '--namespace', 'portal', '--type', 'merge', '--patch', lobby],
      kubeconfigOf(directory),
    )
    const pids = descendantsOf(dev.pid)
    dev.signal('SIGTERM')
    expect(await dev.ended).toEqual({ code: 0, signal: null })
    expect(stillRunning(pids)).toEqual([])
    await expect(fetch(url)).rejects.toThrow()
    for (const name of ['sandbox.json', 'portal.json', 'ready'])
      expect(existsSync(join(directory, name)), name).toBe(false)
  })

  test('started again after both sides’ keys were rotated and a sample changed, has the same customers and rows; a new token comes to the portal; a SIGKILL ends it, too', async () => {
    const dev = await start(directory, '--sandbox')
    const access = accessOf(directory)
    expect(await salesOf(directory, 'acme')).toBe(Number(await query(access.url, access, groups)))
    const file = join(directory, 'portal/tokens/acme/token')
    const before = readFileSync(file, 'utf8')
    await kubectl(
      ['delete', 'secret', 'client-1234383-datalens', '--namespace', 'tenants'],
      kubeconfigOf(directory),
    )
    await eventually(() => readFileSync(file, 'utf8') !== before, {
      what: 'a new token in the portal’s folder',
    })
    const pids = descendantsOf(dev.pid)
    dev.signal('SIGKILL')
    await gone(pids)
    await eventually(() => !existsSync(join(directory, 'portal.json')), {
      what: '"portal.json" is removed after a SIGKILL',
    })
  })

  test('waits for an operator, so it wants one', async () => {
    const dev = startProgram(['dev', '--state', newState(), '--sandbox', '--replicas', '0'])
    expect(await dev.ended).toMatchObject({ code: 2 })
    expect(dev.complaints).toContain('leave out --replicas 0')
  })
})
