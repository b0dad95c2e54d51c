import { expect, test } from 'vitest'
import { accessibilityFaults } from '../axe.ts'
import { useVisits } from './visit.ts'

const visit = useVisits()

const part = 'A'.repeat(344)
const whole = `1:2:${part}:${part}`

test('spaces and line ends around a token, and those of a terminal within, are not sent', async () => {
  const { page, site } = await visit()
  await page.goto(`${site.url}/connections/new`)
  await page.fill('#name', ' Shop of Anna ')
  await page.fill('#token', `\n  ${whole.slice(0, 80)}\r\n${whole.slice(80)} \n\n`)
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByText('The connection is made').waitFor()
  expect(site.pasted).toEqual([{ name: 'Shop of Anna', access_token: whole, connector: 'shop' }])
  expect(await page.inputValue('#token')).toBe('')
  await page.getByRole('link', { name: 'Show its tables' }).click()
  await page.waitForURL('**/connections/shop')
})

test.each([
  ['the first half', whole.slice(0, 300), 'it has 3 of 4 parts'],
  ['a signature that is cut', whole.slice(0, -20), 'its signature ends too early'],
  ['a ciphertext that is cut', `1:2:${part.slice(9)}:${part}`, 'its ciphertext ends too early'],
  ['two tokens', `${whole}\n${whole}`, 'more than one token'],
  ['a token of an embed', 'eyJhbGciOiJQUzI1NiJ9.eyJlbWJlZElkIjoieCJ9.c2ln', 'a token for an embedded page'],
])('%s is told while it is pasted', async (_name, token, advice) => {
  const { page, site } = await visit()
  await page.goto(`${site.url}/connections/new`)
  await page.fill('#token', token)
  expect(await page.locator('#token-hint').textContent()).toContain(advice)
  await page.fill('#token', whole)
  expect(await page.locator('#token-hint').textContent()).toContain('stays on this machine')
})

test.each([
  ['format', 400, 'Copy the whole value of the Secret'],
  ['version', 500, 'Hand the public key of this version over'],
  ['signature', 400, 'The token was changed on its way'],
  ['decryption', 400, 'encrypted with another public key'],
  ['payload', 400, 'no db_name'],
] as const)('a refusal by %s shows which check it was, and what to do', async (check, status, todo) => {
  const { page, site, faults } = await visit()
  site.connectAnswer = { status, body: { message: 'Invalid access token.', check } }
  await page.goto(`${site.url}/connections/new`)
  await page.fill('#token', whole)
  await page.getByRole('button', { name: 'Connect' }).click()
  const refused = page.locator('.steps .refused')
  expect(await refused.textContent()).toContain(todo)
  const order = ['format', 'version', 'signature', 'decryption', 'payload']
  expect(await page.locator('.steps .passed').count()).toBe(order.indexOf(check))
  expect(await page.locator('.steps .unreached').count()).toBe(4 - order.indexOf(check))
  expect(await page.inputValue('#token')).toBe(whole)
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Answer')
  expect(await accessibilityFaults(page)).toEqual([])
  expect(faults).toEqual([])
})

test('a ClickHouse that is away is told in the sandbox’s words', async () => {
  const { page, site } = await visit()
  site.connectAnswer = { status: 503, body: { message: 'ClickHouse does not answer.', check: 'tables' } }
  await page.goto(`${site.url}/connections/new`)
  await page.fill('#token', whole)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByText('The sandbox answers 503').waitFor()
  await page.getByText('ClickHouse does not answer.').waitFor()
})

test('a sandbox that has gone is told, and the token stays in the field', async () => {
  const { page, site } = await visit()
  await page.goto(`${site.url}/connections/new`)
  await page.context().setOffline(true)
  await page.fill('#token', whole)
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByText('The sandbox does not answer').waitFor()
  expect(await page.inputValue('#token')).toBe(whole)
})

test('nothing is sent without a token', async () => {
  const { page, site } = await visit()
  await page.goto(`${site.url}/connections/new`)
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByText('Paste an access token first.').waitFor()
  expect(site.pasted).toEqual([])
})
