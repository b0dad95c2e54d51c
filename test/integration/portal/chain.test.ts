/** From a customer's row in ClickHouse to what the customer's browser is given, and nobody else's on the way. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dataOf } from '../../../src/api/core-objects.ts'
import { rolloutCommands } from '../../../src/cli/rollout/commands.ts'
import { dispatch } from '../../../src/cli/frame/dispatch.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'
import { Chain, customers, type Customer } from '../../scenarios/chain.ts'
import { connect } from '../../../src/cli/chain/sandbox-api.ts'
import { eventually } from '../../time/eventually.ts'
import type { Visitor } from '../../../src/cli/chain/visitor.ts'

let chain: Chain
beforeAll(async () => {
  chain = await Chain.start()
})
afterAll(() => chain.close())

const names = Object.keys(customers) as Customer[]
const forever = new AbortController().signal

async function tokenFor(visitor: Visitor, path = '/api/embed/dashboard'): Promise<string> {
  const { status, body } = await visitor.askForLink(path)
  expect(status).toBe(200)
  return (JSON.parse(body) as { readonly token: string }).token
}

interface Ran {
  readonly status: number
  readonly rows: readonly (readonly unknown[])[]
}

/** What the page in the frame asks DataLens for. */
async function run(token: string, body: object): Promise<Ran> {
  const answer = await fetch(`${chain.sandbox.url}/charts/embeds/api/run`, {
    method: 'POST',
    headers: { 'x-dl-embed-token': token },
    body: JSON.stringify(body),
  })
  const { data } = (await answer.json()) as { readonly data?: { readonly rows: Ran['rows'] } }
  return { status: answer.status, rows: data?.rows ?? [] }
}

/** The chart `revenue` of the dashboard that the token is for. */
async function revenueIn(token: string, params: object = {}): Promise<unknown> {
  const dashboard = await fetch(`${chain.sandbox.url}/charts/embeds/api/embedded-entry`, {
    headers: { 'x-dl-embed-token': token },
  })
  const { data } = (await dashboard.json()) as {
    readonly data: { readonly tabs: readonly { readonly tiles: readonly { readonly chart: string }[] }[] }
  }
  const { status, rows } = await run(token, { id: data.tabs[0]?.tiles[0]?.chart, params })
  return status === 200 ? rows[0]?.[0] : status
}

test('each customer’s link shows the rows of that customer’s database', async () => {
  const shown = new Map<Customer, unknown>()
  for (const name of names) {
    const token = await tokenFor(await chain.portal.member(name))
    shown.set(name, await revenueIn(token))
    expect(shown.get(name)).toBe(await chain.revenueOf(name))
    for (const params of [
      { tenant: 'globex' },
      { tenant: ['acme', 'globex'] },
      { database: 'client_globex' },
    ])
      expect(await revenueIn(token, params)).toBe(shown.get(name))
  }
  expect(shown.get('acme')).not.toBe(shown.get('globex'))
})

test('the admin’s two links show two customers’ rows', async () => {
  const admin = await chain.portal.member('admin')
  for (const name of names)
    expect(await revenueIn(await tokenFor(admin, `/api/embed/tenants/${name}`))).toBe(
      await chain.revenueOf(name),
    )
})

test('the lobby’s link is the operator’s, with what its SecureEmbed signs', async () => {
  const token = await tokenFor(await chain.portal.member('globex'), '/api/embed/lobby')
  const north = await chain.revenueOf('acme', "region = 'north'")
  expect(await revenueIn(token)).toBe(north)
  expect(await revenueIn(token, { region: 'south' })).toBe(north)
})

test('the token on the customer’s page opens the customer’s tables', async () => {
  for (const name of names) {
    const { body } = await (await chain.portal.member(name)).ask('/connect')
    const [, token = ''] = /<textarea[^>]*>([^<]*)</.exec(body) ?? []
    expect((await connect(chain.sandbox, token)).tables).toEqual(['orders'])
  }
})

test('a customer who is cut off is dark within a sync, the other is not, and comes back', async () => {
  const [acme, globex] = await Promise.all(names.map(async name => tokenFor(await chain.portal.member(name))))
  await chain.world.apply(chain.world.tenant('acme', { database: 'client_acme', access: 'Withheld' }))
  await eventually(async () => expect(await revenueIn(acme ?? '')).not.toBe(await chain.revenueOf('acme')), {
    what: 'acme is dark',
  })
  expect(await revenueIn(acme ?? '')).toBeGreaterThanOrEqual(400)
  expect(await revenueIn(globex ?? '')).toBe(await chain.revenueOf('globex'))
  await chain.world.apply(chain.world.tenant('acme', { database: 'client_acme', access: 'Granted' }))
  await eventually(async () => expect(await revenueIn(acme ?? '')).toBe(await chain.revenueOf('acme')), {
    what: 'acme is back',
  })
})

interface KnownKey {
  readonly side: 'Partner' | 'DataLens'
  readonly version: number
  readonly tokens: number
  readonly mayBeWithdrawn: boolean
}

/** What `rollout status` says of the keys of both sides. */
async function keysByStatus(): Promise<readonly KnownKey[]> {
  const terminal = recordedTerminal()
  const { kubeconfigPath } = chain.world.environment
  const args = ['rollout', 'status', 'acme', '-o', 'json', '-n', 'datalens', '--kubeconfig', kubeconfigPath]
  await dispatch(args, [{ name: 'rollout', summary: '', commands: rolloutCommands }], terminal)
  return (JSON.parse(terminal.output) as { readonly keys: readonly KnownKey[] }).keys
}

async function turn(revokeKeyVersion: string): Promise<void> {
  const body = JSON.stringify({ revokeKeyVersion })
  const { status } = await fetch(`${chain.sandbox.url}/_sandbox/switches`, { method: 'POST', body })
  expect(status).toBe(200)
}

/** How many customers' newest tokens DataLens refuses, with a key version withdrawn. */
async function refusedWithout({ side, version }: KnownKey): Promise<number> {
  await turn(`${side.toLowerCase()}:${version}`)
  const opened = names.map(async name => {
    const secret = await chain.world.secrets.get(`tenants/${name}-datalens`, forever)
    const access_token = (secret && dataOf(secret, 'token')) ?? ''
    const body = JSON.stringify({ name, access_token })
    return (await fetch(`${chain.sandbox.url}/api/connections`, { method: 'POST', body })).status
  })
  const statuses = await Promise.all(opened)
  await turn('')
  for (const status of statuses) expect([200, 500]).toContain(status)
  return statuses.filter(status => status === 500).length
}

test('a key version that is withdrawn ends as many tokens as rollout status said, and no connection', async () => {
  const { world, connector } = chain
  const links = await Promise.all(names.map(async name => tokenFor(await chain.portal.member(name))))
  connector.takeKey(2, new Redacted(world.dataLens(2).privatePem))
  for (const [percent, interval, moved] of [
    [50, '1h', 1],
    [100, '0s', 2],
  ] as const) {
    await world.apply(
      world.partnerKey('acme', { keyVersion: 2, rollout: { batch: { percent, interval } } }, 2),
    )
    const keys = await eventually(
      async () => {
        const known = await keysByStatus()
        const left = names.length - moved
        const isCounted = (key: KnownKey): boolean =>
          key.tokens === (key.version === 2 ? moved : left) &&
          key.mayBeWithdrawn === (key.version === 1 && left === 0)
        return known.length === 4 && known.every(isCounted) ? known : undefined
      },
      { what: `${moved} customers have tokens of both new keys`, deadlineMs: 60_000 },
    )
    const partner = await world.secrets.get('datalens/acme-partner-v2', forever)
    connector.learnPartnerKey(2, (partner && dataOf(partner, 'public.pem')) ?? '')
    for (const key of keys) expect(await refusedWithout(key), `${key.side} ${key.version}`).toBe(key.tokens)
  }
  await turn('partner:1,datalens:1')
  for (const [at, name] of names.entries())
    expect(await revenueIn(links[at] ?? '')).toBe(await chain.revenueOf(name))
})
