import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { PortalRig } from '../../portal/rig.ts'
import { launchChromium } from '../chromium.ts'
import { EmbedSite } from '../embed-site.ts'

/** A browser for the tests of a file. What it returns opens a visit, which is closed when its test ends. */
export function useVisits(): (options?: VisitOptions) => Promise<Visit> {
  let browser: Browser
  const open: Visit[] = []
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map(visit => visit.close()))
  })
  afterAll(() => browser.close())
  return async options => {
    const visit = await Visit.open(browser, options)
    open.push(visit)
    return visit
  }
}

export interface VisitOptions {
  /** Whether time stands still in the page until it is moved. */
  readonly clock?: boolean
}

/** The portal, somebody's browser, and the site that plays DataLens in its frames. */
export class Visit {
  readonly page: Page
  readonly portal: PortalRig
  readonly datalens: EmbedSite
  /** What the browser complained of, such as the Content-Security-Policy being broken. */
  readonly complaints: string[] = []
  /** Where requests went that were not for the portal or for DataLens. */
  readonly strayRequests: string[] = []

  private constructor(page: Page, portal: PortalRig, datalens: EmbedSite) {
    this.page = page
    this.portal = portal
    this.datalens = datalens
    page.on('pageerror', error => this.complaints.push(error.message))
    page.on('console', message => {
      // A status that says no is an answer, also where the browser notes it.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.complaints.push(message.text())
    })
    page.on('request', request => {
      const { origin } = new URL(request.url())
      if (![portal.url, datalens.url].includes(origin)) this.strayRequests.push(request.url())
    })
  }

  static async open(browser: Browser, { clock = false }: VisitOptions = {}): Promise<Visit> {
    const datalens = await EmbedSite.start()
    const portal = await PortalRig.start({ dataLensUrl: datalens.url })
    const context: BrowserContext = await browser.newContext({ viewport: { width: 1200, height: 800 } })
    const page = await context.newPage()
    if (clock) await page.clock.install()
    return new Visit(page, portal, datalens)
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(`${this.portal.url}${path}`)
  }

  async logIn(name: string): Promise<void> {
    await this.goto('/login')
    await this.page.getByLabel('Name').fill(name)
    await this.page.getByLabel('Password').fill(this.portal.passwords.get(name) ?? '')
    await this.page.getByRole('button', { name: 'Sign in' }).click()
    await this.page.getByRole('button', { name: 'Sign out' }).waitFor()
  }

  /** The frame in the element with this title, when it is there. */
  async frameOf(title: string): Promise<string> {
    const iframe = this.page.locator(`lens-embed[title="${title}"] iframe`)
    await iframe.waitFor()
    return (await iframe.getAttribute('src')) ?? ''
  }

  async close(): Promise<void> {
    await this.page.context().close()
    await Promise.all([this.portal.close(), this.datalens.close()])
  }
}
