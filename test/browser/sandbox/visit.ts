import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { PagesSite } from './pages-site.ts'

/** A page of the sandbox in a browser, and what went wrong in it. */
export interface Visit {
  readonly page: Page
  readonly site: PagesSite
  /** What the console said as an error, but for answers that the test wanted, and what was asked of another host. */
  readonly faults: readonly string[]
  /** Ended with the test, last first. */
  readonly closing: (() => Promise<void>)[]
}

interface VisitOptions extends BrowserContextOptions {
  readonly host?: 'localhost'
}

/** A browser for the tests of a file, and a site for each of them. */
export function useVisits(): (options?: VisitOptions) => Promise<Visit> {
  let browser: Browser
  const closing: (() => Promise<void>)[] = []
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })
  afterAll(() => browser.close())
  return async (options = {}) => {
    const { host, ...rest } = options
    const site = await PagesSite.start(host)
    closing.push(() => site.close())
    const context = await browser.newContext({ reducedMotion: 'reduce', ...rest })
    closing.push(() => context.close())
    const page = await context.newPage()
    return { page, site, faults: watch(page, site), closing }
  }
}

export function watch(page: Page, site: PagesSite): readonly string[] {
  const faults: string[] = []
  page.on('pageerror', ({ message }) => faults.push(message))
  page.on('console', message => {
    const wanted = message.text().startsWith('Failed to load resource')
    if (!wanted && ['error', 'warning'].includes(message.type())) faults.push(message.text())
  })
  page.on('request', request => {
    const url = request.url()
    if (url.startsWith('http') && !url.startsWith(site.url)) faults.push(url)
  })
  return faults
}

/** A token as an embed's page sees it: it reads what is signed, and leaves the signature to the server. */
export function tokenOf(claims: object): string {
  const payload = Buffer.from(JSON.stringify({ exp: 4_000_000_000, ...claims })).toString('base64url')
  return `head.${payload}.signature`
}
