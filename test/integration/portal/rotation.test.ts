/** Keys of every kind change under open pages. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dataOf } from '../../../src/api/core-objects.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import { launchChromium } from '../../browser/chromium.ts'
import { Chain } from '../../scenarios/chain.ts'
import { connect } from '../../../src/cli/chain/sandbox-api.ts'
import { eventually } from '../../time/eventually.ts'
import { expectedRevenue, frameIn, revenueIn, signIn } from './browsing.ts'

const forever = new AbortController().signal
let chain: Chain
let browser: Browser

beforeAll(async () => {
  ;[chain, browser] = await Promise.all([Chain.start(), launchChromium()])
})
afterAll(async () => {
  await browser.close()
  await chain.close()
})

/** A page of acme's, in which time stands still until it is moved. */
async function open(path: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  await page.clock.install()
  await signIn(page, chain, 'acme')
  await page.goto(chain.portal.url + path)
  return page
}

/** Both sides get a key of the version, and every tenant a token by these two. */
async function rotateBoth(version: number): Promise<void> {
  const { world, connector } = chain
  connector.takeKey(version, new Redacted(world.dataLens(version).privatePem))
  const rollout = { batch: { percent: 100, interval: '1s' } }
  await world.apply(world.partnerKey('acme', { keyVersion: version, rollout }, version))
  const partner = await eventually(() => world.secrets.get(`datalens/acme-partner-v${version}`, forever))
  connector.learnPartnerKey(version, dataOf(partner, 'public.pem') ?? '')
  for (const name of ['acme', 'globex'])
    await eventually(
      async () => {
        const tenant = await world.tenants.get(`tenants/${name}`, forever)
        return tenant?.status?.token?.pair === `${version}:${version}`
      },
      { what: `${name} has a token of version ${version}`, deadlineMs: 60_000 },
    )
}

test('both connector keys: open dashboards go on, the open page shows the next token, and withdrawn versions open nothing new', async () => {
  const dashboard = await open('/')
  const frame = frameIn(dashboard, 'Acme Coffee: sales')
  expect(await revenueIn(frame)).toBe(await expectedRevenue(chain, 'acme'))
  const page = await open('/connect')
  const token = (): Promise<string> => page.getByLabel('Access token').inputValue({ timeout: 2000 })
  const before = await token()
  expect(before).toMatch(/^1:1:/)

  await rotateBoth(2)
  await chain.syncSecrets()
  await page.clock.runFor(31_000)
  await eventually(async () => expect(await token()).toMatch(/^2:2:/), {
    what: 'the page shows the next token',
  })
  for (const pasted of [before, await token()])
    expect((await connect(chain.sandbox, pasted)).tables).toEqual(['orders'])

  const withdrawn = JSON.stringify({ revokeKeyVersion: ['partner:1', 'datalens:1'] })
  await fetch(`${chain.sandbox.url}/_sandbox/switches`, { method: 'POST', body: withdrawn })
  await expect(connect(chain.sandbox, before)).rejects.toThrow('/api/connections: 500')
  expect((await connect(chain.sandbox, await token())).tables).toEqual(['orders'])
  await dashboard.reload()
  expect(await revenueIn(frame)).toBe(await expectedRevenue(chain, 'acme'))
})

test('the lobby’s embed and its key, while the operator is started anew: the open frame has the next link, and what that signs', async () => {
  const page = await open('/lobby')
  const frame = frameIn(page, 'Lobby')
  const north = await expectedRevenue(chain, 'acme', "region = 'north'")
  const south = await expectedRevenue(chain, 'acme', "region = 'south'")
  await eventually(async () => expect(await revenueIn(frame)).toBe(north))
  await chain.world.operators[0]?.kill()
  const changed = chain.askForLobby({ region: 'south', key: 'lobby-signing-key-2' })
  await chain.world.startOperator()
  await changed
  await chain.syncSecrets()
  const iframe = await page.locator('lens-embed iframe').elementHandle()
  // The page asks at half of what is left of an hour.
  await page.clock.runFor(31 * 60_000)
  await eventually(async () => expect(await revenueIn(frame)).toBe(south), {
    what: 'the frame shows the south',
  })
  expect(await iframe?.evaluate(element => (element as { isConnected: boolean }).isConnected)).toBe(true)
})
