/** What customers do at the portal with a browser, and what they see there. */
import type { FrameLocator, Page } from 'playwright-core'
import type { Chain, Customer } from '../../scenarios/chain.ts'

export async function signIn(page: Page, { portal }: Chain, name: Customer | 'admin'): Promise<void> {
  await page.goto(`${portal.url}/login`)
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(portal.passwords.get(name) ?? '')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

/** The page of DataLens within the element of this title. */
export function frameIn(page: Page, title: string): FrameLocator {
  return page.locator(`lens-embed[title="${title}"]`).frameLocator('iframe')
}

/** The figure of the chart `Revenue`, as people read it: 19,666. */
export async function revenueIn(frame: FrameLocator): Promise<string> {
  const heading = frame.getByRole('heading', { name: 'Revenue', exact: true })
  return (await frame.locator('section', { has: heading }).locator('dd').textContent()) ?? ''
}

/** What that figure has to be. */
export async function expectedRevenue(chain: Chain, name: Customer, where = '1'): Promise<string> {
  const revenue = await chain.revenueOf(name, where)
  return revenue.toLocaleString('en', { maximumFractionDigits: 0 })
}
