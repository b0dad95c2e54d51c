import type { Frame, Page } from 'playwright-core'
import { ScriptedServer } from '../../proxies/scripted-server.ts'
import { eventually } from '../../time/eventually.ts'

declare global {
  interface Window {
    /** What the page around has heard from its frame. */
    heard: unknown[]
  }
}

const around = `<!doctype html><title>portal</title><script>
  window.heard = []
  addEventListener('message', ({ data }) => heard.push(data))
</script>`

/** A page of another site around an embed. */
export class EmbedScene {
  readonly page: Page
  readonly #server: ScriptedServer

  private constructor(page: Page, server: ScriptedServer) {
    this.page = page
    this.#server = server
  }

  static async open(page: Page): Promise<EmbedScene> {
    const server = await ScriptedServer.start((_, response) => {
      response.setHeader('Content-Type', 'text/html; charset=utf-8')
      response.end(around)
    })
    await page.goto(`http://127.0.0.1:${server.port}`)
    return new EmbedScene(page, server)
  }

  /** In a frame with a name, as a page has it that wants to be told the height. */
  async show(address: string): Promise<Frame> {
    await this.page.evaluate(src => {
      const iframe = document.createElement('iframe')
      iframe.name = 'sales'
      iframe.title = 'Sales'
      iframe.width = '1000'
      iframe.height = '300'
      iframe.src = src
      document.body.append(iframe)
    }, address)
    return await eventually(() => this.page.frame('sales') ?? undefined, { what: 'the frame' })
  }

  send(message: unknown): Promise<void> {
    return this.page.evaluate(message => frames[0]?.postMessage(message, '*'), message)
  }

  renew(token: string): Promise<void> {
    return this.send({ type: 'SECURE_EMBEDDING_TOKEN_UPDATE', token })
  }

  heard(): Promise<readonly unknown[]> {
    return this.page.evaluate(() => window.heard)
  }

  /** Another fragment loads nothing: the page hears of it. */
  async readdress(address: string): Promise<void> {
    await this.page.evaluate(src => {
      const iframe = document.querySelector('iframe')
      if (iframe !== null) iframe.src = src
    }, address)
  }

  close(): Promise<void> {
    return this.#server.close()
  }
}
