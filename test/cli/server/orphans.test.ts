import { expect, test } from 'vitest'
import { leftToAdministrators } from '../../../src/cli/server/orphans-act.ts'
import type { OrphanDatabase } from '../../../src/cli/server/orphans-list.ts'
import { listOrphans, orphansByEndpoint } from '../../../src/cli/server/orphans-list.ts'
import { orphanNames, renderOrphans } from '../../../src/cli/server/orphans-report.ts'
import { readSizes } from '../../../src/cli/server/orphans-size.ts'
import { ClickHouseError } from '../../../src/clickhouse/errors.ts'
import { answering, aSight, mark, urls } from '../../builders/connection-observed.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'

const forever = new AbortController().signal
const retiredAt = Date.parse('2025-01-01T00:00:00Z')
const dropsAt = Date.parse('2025-06-01T00:00:00Z')
const comment = mark({ state: 'retired', onDelete: 'Drop', retiredAt, dropsAt })
const seen = aSight({ endpoints: urls.map(url => answering(url, { databases: { client_1: comment } })) })
const totals = (tables: number) =>
  new Map(tables === 0 ? [] : [['client_1', { tables, bytes: 325 * tables, largest: 325 }]])

test('a database that a tenant names has its true count, and says who holds it', async () => {
  const databases = orphansByEndpoint(seen, [])
  expect(databases).toEqual(new Map(urls.map(url => [url, ['client_1']])))
  const sizes = await readSizes(
    { totals: url => Promise.resolve(totals(url === urls[0] ? 0 : 1)) },
    databases,
    forever,
  )
  const found = listOrphans(seen, { tenants: [], sizes, claimants: () => ['tenants/newcomer'] })
  expect(found.databases).toMatchObject([
    { tables: 1, bytes: 325, isDue: true, heldBy: ['tenants/newcomer'] },
  ])
})

test('nothing is called empty while an endpoint does not tell', async () => {
  const refuse = (url: string) =>
    url === urls[0]
      ? Promise.resolve(totals(0))
      : Promise.reject(new ClickHouseError('unreachable', 'It is away.'))
  const sizes = await readSizes({ totals: refuse }, orphansByEndpoint(seen, []), forever)
  const found = listOrphans(seen, { tenants: [], sizes, claimants: () => [] })
  expect(found.databases).toMatchObject([{ tables: undefined, bytes: undefined }])
})

test('what a role opens has the statement for an administrator', () => {
  const byRole = { analyst: ['client_1'] }
  const endpoints = urls.map(url => answering(url, { databases: { client_1: comment }, byRole }))
  const sight = aSight({ endpoints, tenants: {} })
  const found = listOrphans(sight, { tenants: [], sizes: new Map(), claimants: () => [] })
  expect(found.databases.map(({ takenBy }) => takenBy)).toEqual([['REVOKE `analyst` FROM `datalens`']])
  expect(renderOrphans(found, recordedTerminal())).toMatch(/client_1 +REVOKE `analyst` FROM `datalens`/)
  expect(leftToAdministrators(found.databases)).toMatchObject([{ result: 'skipped' }])
})

const entry: OrphanDatabase = {
  database: 'client_1',
  tenant: 'tenants/acme',
  state: 'retired',
  onDelete: 'Drop',
  endpoints: [...urls],
  readableOn: [],
  takenBy: [],
  tables: 1,
  bytes: 325,
  dropsAt: '2025-06-01T00:00:00Z',
  isDue: true,
  heldBy: [],
}

test.each([
  ['kept', { isDue: false }, '1 (325 B)   2025-06-01T00:00:00Z'],
  ['due', {}, '1 (325 B)   due since 2025-06-01T00:00:00Z'],
  ['held', { heldBy: ['tenants/newcomer'] }, '1 (325 B)   held: tenants/newcomer names it'],
  ['held by several', { heldBy: ['a/b', 'c/d', 'e/f'] }, '1 (325 B)   held: a/b and 2 more name it'],
  ['emptied', { tables: 0, bytes: 0 }, '0   emptied'],
  ['emptied, and named', { tables: 0, bytes: 0, heldBy: ['a/b'] }, '0   emptied'],
  ['unknown', { tables: undefined, bytes: undefined }, 'unknown   due since 2025-06-01T00:00:00Z'],
  ['not retired', { state: 'owned', dropsAt: undefined, isDue: false }, '1 (325 B)'],
] as const)('the line of a database: %s', (_name, over, end) => {
  const terminal = recordedTerminal()
  const [, , line = ''] = renderOrphans(
    { databases: [{ ...entry, ...over }], grants: [], held: undefined },
    terminal,
  ).split('\n')
  expect(line.replace(/ {3,}/g, '   ')).toMatch(new RegExp(`   ${end.replace(/[()]/g, '\\$&')}$`))
})

test.each([
  ['a sweep', 'True', 'SweepHeld', true],
  ['an emptying', 'True', 'EmptyingHeld', true],
  ['nothing', 'False', 'NothingToSweep', false],
] as const)('of %s that is held it says so, with the command', (_, status, reason, isTold) => {
  const message = '3 tenants are gone, or let exactly these go: kubectl -n datalens annotate --overwrite x'
  const conditions = [
    { type: 'SweepHeld', status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' },
  ] as const
  const sight = aSight({ endpoints: seen.endpoints, tenants: {}, status: { conditions } })
  const found = listOrphans(sight, { tenants: [], sizes: new Map(), claimants: () => [] })
  expect(found.held).toBe(isTold ? message : undefined)
  const lines = renderOrphans(found, recordedTerminal()).split('\n')
  expect(lines.includes(message)).toBe(isTold)
  expect(lines.some(line => line.startsWith('client_1'))).toBe(true)
  expect(renderOrphans({ ...found, databases: [] }, recordedTerminal()).includes(message)).toBe(isTold)
})

test('names are each database once, for other commands to read; wide says where each is', () => {
  const grant = (database: string) => ({
    database,
    endpoints: [...urls],
    why: 'missing' as const,
    statement: 'REVOKE',
  })
  const found = { databases: [entry], grants: [grant('client_9'), grant('client_1')], held: undefined }
  expect(orphanNames(found)).toBe('client_1\nclient_9\n')
  const hosts = urls.map(url => new URL(url).host).join(', ')
  const [, head = '', row = ''] = renderOrphans(found, recordedTerminal(), true).split('\n')
  expect(head).toMatch(/TABLES GO +ON$/)
  expect(row.endsWith(hosts)).toBe(true)
  expect(renderOrphans(found, recordedTerminal())).not.toContain(hosts)
})
