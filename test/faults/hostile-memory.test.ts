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
import { labels, managedByValue } from '../../src/api/labels.ts'
import { startWorld, type RunningOperator, type World } from '../cluster/world.ts'
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
  const pad = Buffer.alloc(1_000_000, 'x').toString('base64')
  for (let at = 0; at < 60; at++) {
    const metadata = {
      name: `pad-${at}`,
      namespace: 'mallory',
      labels: { [labels.managedBy]: managedByValue },
    }
    await world.secrets.create({ metadata, data: { pad } }, forever)
  }
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

test('hostile servers and padded Secrets of one namespace: another’s tenant is served, within 512 MiB', async () => {
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
  // It goes on: a grant that somebody takes is back.
  await world.sql('REVOKE SELECT ON victim.* FROM datalens')
  await eventually(async () => (await world.grants()).includes('victim'), { deadlineMs })
  expect(peak()).toBeGreaterThan(50 * MiB)
  expect(peak()).toBeLessThan(512 * MiB)
  expect(operator.log()).not.toContain('a run ignores its abort')
})
