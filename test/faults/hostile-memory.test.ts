/**
 * Who can hurt whom, by memory: the administrator of one namespace against all others. The operator is a process of its
 * own with the heap that Node gives it in the container of deploy/, of 512 MiB.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline, Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findCondition } from '../../src/api/conditions.ts'
import type { ConnectorTenant } from '../../src/api/connector-tenant.ts'
import { embedSigningUse, labels, managedByValue } from '../../src/api/labels.ts'
import type { SecureEmbed } from '../../src/api/secure-embed.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'
import { eventually } from '../time/eventually.ts'

const forever = new AbortController().signal
const deadlineMs = 120_000
const MiB = 1024 * 1024
/** What V8 takes for its old generation in 512 MiB. */
const heap = ['--max-old-space-size=256', '--max-semi-space-size=8']

const answers: Readonly<Record<string, { readonly status: number; readonly piece: string }>> = {
  rows: { status: 200, piece: `["${'x'.repeat(900)}","","",""]\n`.repeat(64) },
  line: { status: 200, piece: 'x'.repeat(65_536) },
  error: { status: 500, piece: 'Code: 1. DB::Exception: '.padEnd(65_536, 'x') },
}

let world: World
let operator: RunningOperator
const closing: (() => void)[] = []

/** A server that answers everything with more of the same, for as long as somebody reads. */
async function hostileServer({
  status,
  piece,
}: {
  readonly status: number
  readonly piece: string
}): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(status)
    const endless = new Readable({
      read() {
        this.push(piece)
      },
    })
    pipeline(endless, response, () => undefined)
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const mib = 'x'.repeat(1_000_000)
const base64 = Buffer.from(mib).toString('base64')
const ours = { [labels.managedBy]: managedByValue }

/** What one namespace's administrator can make, with up to a megabyte in each. What caches hold of such is in `test/operator/memory.test.ts`. */
const stuffing: readonly (readonly [count: number, make: (name: string) => Promise<unknown>])[] = [
  [20, name => world.secrets.create({ metadata: named(name, ours), data: { pad: base64 } }, forever)],
  [40, name => world.secrets.create({ metadata: named(name, offered), data: { pad: base64 } }, forever)],
  [20, name => world.configMaps.create({ metadata: named(name, ours), data: { pad: mib } }, forever)],
  [6, name => world.tenants.create(aGreedyTenant(name) as ConnectorTenant, forever)],
  [6, name => world.embeds.create(aGreedyEmbed(name) as SecureEmbed, forever)],
]

const offered = { [labels.use]: embedSigningUse }
const named = (name: string, labels: Readonly<Record<string, string>> = {}) => ({
  name,
  namespace: 'mallory',
  labels,
})

/** With as many annotations of its own, and for its Secret, as are let through. */
function aGreedyTenant(name: string): object {
  const pads = Object.fromEntries(Array.from({ length: 32 }, (_, at) => [`pad-${at}`, mib.slice(0, 4_096)]))
  const tenant = world.tenant(name, { database: 'mallory', secret: { annotations: pads } }, 'mallory')
  return { ...tenant, metadata: { ...named(name), annotations: { 'a.example/pad': mib.slice(0, 250_000) } } }
}

function aGreedyEmbed(name: string): object {
  const params = Array.from({ length: 32 }, (_, at) => ({ name: `p${at}`, value: mib.slice(0, 30_000) }))
  const spec = { platform: 'Yandex', kind: 'Dashboard', embedId: 'pgx4ekt5dj3u1', params }
  return { metadata: named(name), spec: { ...spec, signingKeySecretRef: { name: 'none' } } }
}

async function fill(): Promise<void> {
  const all = stuffing.flatMap(([count, make], kind) =>
    Array.from({ length: count }, (_, at) => () => make(`pad-${kind}-${at}`)),
  )
  const work = async (): Promise<void> => {
    for (let next = all.shift(); next !== undefined; next = all.shift()) await next()
  }
  await Promise.all(Array.from({ length: 8 }, work))
}

beforeAll(async () => {
  world = await startWorld()
  for (const name of ['tenants', 'mallory']) await world.namespace(name)
  await world.connect()
  await world.apply(world.partnerKey())
  for (const [name, answer] of Object.entries(answers)) {
    const endpoints = [await hostileServer(answer), await hostileServer(answer)]
    const metadata = { name, namespace: 'mallory' }
    await world.apply(
      { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { username: 'u', password: 'p' } },
      {
        apiVersion: 'lenskeeper.dev/v1alpha1',
        kind: 'ClickHouseConnection',
        metadata,
        spec: { endpoints, allowHTTP: true, credentialsSecretRef: { name }, syncInterval: '10s' },
      },
    )
  }
  await fill()
  operator = await world.startOperator({ node: heap })
})
afterAll(async () => {
  await world?.close()
  for (const close of closing) close()
})

/** In bytes, the most that it ever had. */
function peak(): number {
  const [, kilobytes = ''] =
    /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${operator.pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

test('hostile servers and objects of one namespace with a megabyte each: another’s tenant is served, within 512 MiB', async () => {
  await world.apply(world.tenant('victim', { database: 'victim' }))
  await world.tenantIs('tenants/victim', 'True', undefined, deadlineMs)
  const told = await eventually(
    async () => {
      const all = await world.connections.list({ namespace: 'mallory' }, forever)
      const reasons = all.map(({ status }) => findCondition(status?.conditions, 'Ready'))
      return reasons.length === 3 && reasons.every(ready => ready?.status === 'False') ? reasons : undefined
    },
    { deadlineMs, what: 'each hostile connection says what is wrong' },
  )
  expect(told.map(ready => ready?.message).join()).toContain('larger than there is room for here')
  await world.tenantIs('mallory/pad-3-0', 'False', 'SecretMetadataNotAllowed', deadlineMs)
  await world.embedIs('mallory/pad-4-0', 'False', 'InvalidSpec', deadlineMs)
  // It goes on: a grant that somebody takes is back.
  await world.sql('REVOKE SELECT ON victim.* FROM datalens')
  await eventually(async () => (await world.grants()).includes('victim'), { deadlineMs })
  expect(peak()).toBeGreaterThan(50 * MiB)
  expect(peak()).toBeLessThan(512 * MiB)
  expect(operator.log()).not.toContain('a run ignores its abort')
})
