import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type * as helper from '../../src/embed/browser/index.ts'
import { eventually } from '../time/eventually.ts'
import { launchChromium } from './chromium.ts'
import { EmbedSite } from './embed-site.ts'
import { Portal } from './portal.ts'

declare global {
  interface Window {
    lens: typeof helper
    embeds: Record<string, helper.MountedEmbed>
    statuses: Record<string, helper.EmbedStatus[]>
  }
}

/** A browser for the tests of a file. What it returns opens a scene, which is closed when its test ends. */
export function useScenes(): (wallClock?: Date) => Promise<Scene> {
  let browser: Browser
  const open: Scene[] = []
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map(scene => scene.close()))
  })
  afterAll(() => browser.close())
  return async wallClock => {
    const scene = await Scene.open(browser, wallClock)
    open.push(scene)
    return scene
  }
}

/**
 * A portal's page in a browser, and the sites that its frames may show. Time stands still in the page and in its frames
 * until it is moved, and what is random is in the middle.
 */
export class Scene {
  readonly page: Page
  readonly portal: Portal
  readonly datalens: EmbedSite
  readonly elsewhere: EmbedSite

  private constructor(parts: Pick<Scene, 'page' | 'portal' | 'datalens' | 'elsewhere'>) {
    this.page = parts.page
    this.portal = parts.portal
    this.datalens = parts.datalens
    this.elsewhere = parts.elsewhere
  }

  /** @param wallClock what the viewer's clock shows */
  static async open(browser: Browser, wallClock = new Date('2026-01-01')): Promise<Scene> {
    const [datalens, elsewhere] = await Promise.all([EmbedSite.start(), EmbedSite.start()])
    const portal = await Portal.start(datalens.url)
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.clock.install({ time: wallClock })
    await page.clock.pauseAt(wallClock.getTime() + 1000)
    await page.addInitScript(() => {
      Math.random = () => 0.5
    })
    await page.goto(portal.url)
    await page.waitForFunction(() => 'lens' in window)
    return new Scene({ page, portal, datalens, elsewhere })
  }

  /** In an element with the name as its id. */
  async mount(name: string, options: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.page.evaluate(
      ({ name, options }) => {
        const element = document.createElement('div')
        element.id = name
        document.body.append(element)
        const statuses: helper.EmbedStatus[] = (window.statuses[name] = [])
        const onState = (status: helper.EmbedStatus): void => void statuses.push(status)
        window.embeds[name] = window.lens.mount(element, {
          endpoint: `/api/embed/${name}`,
          ...options,
          onState,
        })
      },
      { name, options },
    )
  }

  /** Mounts it, and waits until its first token is on the page. */
  async show(name: string, options: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.mount(name, options)
    await eventually(() => this.datalens.notes.includes(`${name}-1 loads`), { what: `${name} loads` })
    await this.settled()
  }

  refresh(name: string): Promise<void> {
    return this.page.evaluate(name => window.embeds[name]?.refresh(), name)
  }

  destroy(name: string): Promise<void> {
    return this.page.evaluate(name => window.embeds[name]?.destroy(), name)
  }

  /** What the page heard of the embed, such as `retrying status 500`. */
  async states(name: string): Promise<readonly string[]> {
    const statuses = await this.page.evaluate(name => window.statuses[name] ?? [], name)
    return statuses.map(({ state, reason, httpStatus, shown, reloads }) =>
      [
        state,
        reason,
        httpStatus,
        state === 'denied' && !shown && 'empty',
        reloads > 0 && `reloads ${reloads}`,
      ]
        .filter(Boolean)
        .join(' '),
    )
  }

  /**
   * Lets seconds pass, and then what follows from that arrive. An answer comes only when all of them have passed: a
   * request that is sent before their end takes the rest of them.
   */
  async pass(seconds: number): Promise<void> {
    await this.page.clock.runFor(seconds * 1000)
    await this.settled()
  }

  /** The clock on the wall goes on by so many seconds; no timer does, and neither does the monotonic clock. */
  async setForward(seconds: number): Promise<void> {
    const now = await this.page.evaluate(() => Date.now())
    await this.page.clock.setSystemTime(now + seconds * 1000)
  }

  /** What the browser tells a page when a machine wakes, all of it at once. */
  wake(): Promise<void> {
    return this.page.evaluate(() => {
      document.dispatchEvent(new Event('visibilitychange'))
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
      dispatchEvent(new Event('online'))
    })
  }

  /** Waits until so many requests have been made and this has been noted in frames, and makes sure that it is all. */
  async expect({
    requests,
    notes,
  }: {
    readonly requests: number
    readonly notes: readonly string[]
  }): Promise<void> {
    const happened = (): unknown => ({ requests: this.portal.requests.length, notes: this.datalens.notes })
    await eventually(() => expect(happened()).toEqual({ requests, notes }))
    await this.settled()
    expect(happened()).toEqual({ requests, notes })
  }

  /** Returns when what was under way between the page, its frames and their servers has arrived: requests overtake none. */
  async settled(): Promise<void> {
    for (let rounds = 0; rounds < 2; rounds++) {
      for (const frame of this.page.frames()) {
        // One that has not begun to load would keep us waiting.
        if (!frame.url().startsWith('http')) continue
        await frame.evaluate(() => fetch('/fence').then(response => response.text())).catch(() => undefined)
      }
    }
  }

  async close(): Promise<void> {
    await this.page.context().close()
    await Promise.all([this.portal.close(), this.datalens.close(), this.elsewhere.close()])
  }
}
