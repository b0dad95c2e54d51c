import type { Frame } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { eventually } from '../../time/eventually.ts'
import { accessibilityFaults } from '../axe.ts'
import { EmbedScene } from './embed-scene.ts'
import type { PagesSite } from './pages-site.ts'
import { tokenOf, useVisits, type Visit } from './visit.ts'

const visit = useVisits()

interface Embedded extends Visit {
  readonly scene: EmbedScene
  readonly frame: Frame
}

const first = tokenOf({ embedId: 'a', jti: 1 })
const second = tokenOf({ embedId: 'a', jti: 2 })

async function embedded(kind: 'chart' | 'dash', query = '', token = first): Promise<Embedded> {
  // Another site than that of the page around.
  const visited = await visit({ host: 'localhost' })
  const scene = await EmbedScene.open(visited.page)
  visited.closing.push(() => scene.close())
  const frame = await scene.show(`${visited.site.url}/embeds/${kind}${query}#dl_embed_token=${token}`)
  return { ...visited, scene, frame }
}

/** What charts were asked for, but no selectors. */
function runs({ api }: PagesSite) {
  return api.seen.filter(({ control }) => control === undefined)
}

async function drawn(frame: Frame): Promise<void> {
  await frame.locator('.tile .figures, .tile canvas, .tile table').first().waitFor()
  await frame.waitForFunction(() => document.querySelector('[aria-busy]') === null)
}

describe('a new token', () => {
  test('goes with later requests; nothing is loaded for it, and the filter stays', async () => {
    const { site, scene, frame } = await embedded('dash')
    await drawn(frame)
    await frame.getByRole('combobox', { name: 'Region' }).selectOption('South')
    await eventually(() => runs(site).length === 10, { what: 'all charts are asked for with the filter' })
    await drawn(frame)
    await frame.evaluate(() => Object.assign(window, { same: true }))

    await scene.renew(second)
    await frame.getByRole('tab', { name: 'Details' }).click()
    await drawn(frame)
    expect(runs(site).slice(10)).toEqual([
      { id: 'sales', token: second, params: { region: ['South'] }, control: undefined },
    ])
    expect(await frame.getByRole('combobox', { name: 'Region' }).inputValue()).toBe('South')
    expect(await frame.evaluate(() => 'same' in window)).toBe(true)
  })

  test('with other signed parameters brings all charts anew, with the filter', async () => {
    const { site, scene, frame } = await embedded('dash')
    await drawn(frame)
    await frame.getByRole('combobox', { name: 'Region' }).selectOption('South')
    await eventually(() => runs(site).length === 10)
    const other = tokenOf({ embedId: 'a', params: { tenant: 'b' } })
    await scene.renew(other)
    await eventually(() => runs(site).length === 15)
    for (const run of runs(site).slice(10))
      expect(run).toMatchObject({ token: other, params: { region: ['South'] } })
  })

  test('brings back a page whose token had expired', async () => {
    const { site, scene, frame } = await embedded('chart', '', tokenOf({ exp: 1 }))
    site.api.refuse = { status: 403, body: { code: 403 } }
    await scene.readdress(`${site.url}/embeds/chart#dl_embed_token=${tokenOf({ exp: 2 })}`)
    await frame.getByText('The link has expired').waitFor()
    site.api.refuse = undefined
    await scene.renew(first)
    await drawn(frame)
    expect(runs(site).at(-1)?.token).toBe(first)
  })

  test('brings back charts that failed after they had been there', async () => {
    const { site, scene, frame } = await embedded('dash')
    await drawn(frame)
    site.api.refuse = { status: 403, body: { code: 403 } }
    await frame.getByRole('combobox', { name: 'Region' }).selectOption('South')
    await frame.getByText('The link is not valid').nth(4).waitFor()
    site.api.refuse = undefined
    await scene.renew(second)
    await frame.locator('canvas').nth(2).waitFor()
    expect(runs(site).at(-1)).toMatchObject({ token: second, params: { region: ['South'] } })
  })

  test('that comes while a request with the old one is refused is tried at once', async () => {
    const { site, scene, frame } = await embedded('chart')
    await drawn(frame)
    const gate = Promise.withResolvers<void>()
    site.api.gate = gate.promise
    await scene.renew(tokenOf({ params: { tenant: 'b' } }))
    await eventually(() => runs(site).length === 2)
    site.api.refuse = { status: 403, body: { code: 403 } }
    await scene.renew(tokenOf({ jti: 3, params: { tenant: 'b' } }))
    await scene.send('subscribe-for-embed-height')
    await eventually(async () => (await scene.heard()).length > 1, { what: 'the token before it is heard' })
    site.api.onRefused = () => (site.api.refuse = undefined)
    gate.resolve()
    await eventually(() => runs(site).at(-1)?.token === tokenOf({ jti: 3, params: { tenant: 'b' } }))
    await drawn(frame)
  })

  test('from anyone but the page around is not heard', async () => {
    const { site, frame } = await embedded('dash')
    await drawn(frame)
    await frame.evaluate(() => {
      const message = { type: 'SECURE_EMBEDDING_TOKEN_UPDATE', token: 'head.e30.from-itself' }
      window.postMessage(message, '*')
    })
    await frame.getByRole('tab', { name: 'Details' }).click()
    await drawn(frame)
    expect(runs(site).at(-1)?.token).toBe(first)
  })
})

test('an address with another token resets the filters', async () => {
  const { site, scene, frame } = await embedded('dash')
  await drawn(frame)
  await frame.getByRole('combobox', { name: 'Region' }).selectOption('South')
  await eventually(() => runs(site).length === 10)
  await scene.readdress(`${site.url}/embeds/dash#dl_embed_token=${second}`)
  await eventually(() => runs(site).length === 15)
  expect(runs(site).at(-1)).toMatchObject({ token: second, params: {} })
  expect(await frame.getByRole('combobox', { name: 'Region' }).inputValue()).toBe('')
})

describe('the page around', () => {
  test.each([
    ['chart', 'subscribe-for-embed-height'],
    ['dash', 'subscribe-for-embed-height-dash'],
  ] as const)('of a %s is told the height when it asks, and that it is drawn', async (kind, question) => {
    const { scene, frame } = await embedded(kind)
    await drawn(frame)
    const height = await frame.evaluate(() => Math.ceil(document.body.getBoundingClientRect().height))
    await scene.send('subscribe-for-embed-height-of-something-else')
    await scene.send(question)
    const isHeight = (message: unknown): boolean =>
      typeof message === 'object' && 'embedHeight' in (message ?? {})
    await eventually(async () => (await scene.heard()).some(isHeight), { what: 'the height' })
    expect((await scene.heard()).filter(isHeight)).toEqual([{ iFrameName: 'sales', embedHeight: height }])
    expect(await scene.heard()).toContainEqual({ iFrameName: 'sales', isRendered: true })
  })

  test('hears of another tab, without the token', async () => {
    const { site, scene, frame } = await embedded('dash', '?from=2026-01-01')
    await drawn(frame)
    await frame.getByRole('tab', { name: 'Overview' }).focus()
    await scene.page.keyboard.press('ArrowRight')
    await drawn(frame)
    await eventually(async () =>
      expect(await scene.heard()).toContainEqual({
        code: 'URL_CHANGED',
        data: `${site.url}/embeds/dash?from=2026-01-01&tab=details`,
      }),
    )
  })
})

describe('the address', () => {
  test('gives unsigned parameters, of which the page keeps its own', async () => {
    const query = '?region=Север&region=Юг&__proto__=x&_theme=dark&_lang=ru&tab=details&_no_controls=1'
    const { site, frame } = await embedded('dash', query)
    await drawn(frame)
    const [run] = runs(site)
    expect(JSON.parse(JSON.stringify(run?.params))).toEqual(
      JSON.parse('{"region":["Север","Юг"],"__proto__":"x"}'),
    )
    expect(await frame.locator('html').getAttribute('data-theme')).toBe('dark')
    expect(await frame.locator('h1').textContent()).toBe('Продажи магазина')
    expect(await frame.locator('select, .icon-button:visible').count()).toBe(0)
  })

  test('may have its token in the query, as DoubleCloud has it', async () => {
    const { page, site } = await visit()
    await page.goto(`${site.url}/embeds/chart?__dl_embed_token=${first}&from=2026-01-01`)
    await drawn(page.mainFrame())
    expect(runs(site)).toEqual([
      { id: undefined, token: first, params: { from: '2026-01-01' }, control: undefined },
    ])
  })

  test.each([
    ['none', '', 'This page needs a link of its own'],
    ['two', `?__dl_embed_token=${second}#dl_embed_token=${first}`, 'The address has two tokens'],
    [
      'one of the other platform',
      `#dl_embed_token=${tokenOf({ embedId: 'a', dlEmbedService: 'doublecloud' })}`,
      'The token is for another platform',
    ],
  ])('with %s of tokens is explained, and nothing is asked', async (_name, rest, title) => {
    const { page, site } = await visit()
    await page.goto(`${site.url}/embeds/chart${rest}`)
    await page.getByText(title).waitFor()
    expect(site.api.seen).toEqual([])
    expect(await accessibilityFaults(page)).toEqual([])
  })

  test('may have 100 kB of parameters', async () => {
    const { page, site } = await visit()
    site.api.refuse = { status: 413, body: { code: 'BAD_REQUEST', message: 'The body is too large.' } }
    await page.goto(`${site.url}/embeds/chart?x=${'y'.repeat(100_000)}#dl_embed_token=${first}`)
    await page.getByText('The request is too large').waitFor()
  })
})

test('everything in a dashboard works by keyboard', async () => {
  const { page, site } = await visit()
  await page.goto(`${site.url}/embeds/dash#dl_embed_token=${first}`)
  await drawn(page.mainFrame())
  const product = page.locator('.drop-down summary')
  await product.focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await eventually(() => runs(site).at(-1)?.params['product']?.toString() === 'Tea,Coffee')
  await drawn(page.mainFrame())
  expect(await accessibilityFaults(page)).toEqual([])
  await page.keyboard.press('Escape')
  expect(await product.evaluate(summary => summary === document.activeElement)).toBe(true)
  expect(await product.textContent()).toBe('Product: 2 chosen')

  await page.getByRole('button', { name: 'Download as CSV' }).first().focus()
  const download = page.waitForEvent('download')
  await page.keyboard.press('Enter')
  expect((await download).suggestedFilename()).toBe('Revenue.csv')
  expect(site.api.downloads).toMatchObject([{ id: 'revenue', params: { product: ['Tea', 'Coffee'] } }])
})

describe('what is wrong', () => {
  const cases = [
    [
      409,
      { code: 'ERR.CHARTS.OUTDATED_DEPENDENCIES', extra: { hideRetry: true } },
      'not part of this embed',
      false,
    ],
    [404, { code: 404 }, 'does not exist any more', false],
    [403, { code: 403 }, 'The link is not valid', false],
    [400, { code: 400, message: 'The reader may not read.' }, 'The data cannot be read', true],
    [503, { code: 503, message: 'ClickHouse does not answer.' }, 'The database does not answer', true],
    [500, { code: 500 }, 'could not be loaded', true],
  ] as const
  test.each(cases)('%i %j is “%s”; another try is offered: %s', async (status, body, title, again) => {
    const { page, site, faults } = await visit()
    site.api.refuseChart.set('by-region', { status, body })
    await page.goto(`${site.url}/embeds/dash#dl_embed_token=${first}`)
    await page.getByText(title).waitFor()
    // The charts beside it are there.
    await page.locator('canvas').nth(1).waitFor()
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(again ? 1 : 0)
    await drawn(page.mainFrame())
    expect(await accessibilityFaults(page)).toEqual([])
    expect(faults).toEqual([])
  })

  test('passes by itself once ClickHouse is back, and by the button before that', async () => {
    const { page, site } = await visit()
    await page.clock.install()
    site.api.refuse = { status: 503, body: { code: 503 } }
    await page.goto(`${site.url}/embeds/dash#dl_embed_token=${first}`)
    await page.getByText('The database does not answer').waitFor()
    await page.getByRole('button', { name: 'Try again' }).press('Enter')
    await page.getByText('The database does not answer').waitFor()
    site.api.refuse = undefined
    await page.clock.runFor(4000)
    await drawn(page.mainFrame())
    await page.getByRole('option', { name: 'South' }).waitFor({ state: 'attached' })
  })

  test('no rows are not an error', async () => {
    const { page, site } = await visit()
    site.api.empty = true
    await page.goto(`${site.url}/embeds/chart#dl_embed_token=${first}`)
    await page.getByText('No rows').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
  })
})
