import { ScriptedServer } from '../proxies/scripted-server.ts'

/**
 * Notes what comes to pass in the frame, which it names after the token in its address: `a-1 loads`, `a-1 hears a-2`.
 * As a page of DataLens it answers a question for its height only some time after it has loaded, when it is drawn.
 */
const page = `<!doctype html><title>embed</title><script>
  const frame = /token=([^&?]*)/.exec(location.hash + location.search)?.[1] ?? 'no token'
  const note = what => fetch('/notes', { method: 'POST', body: frame + ' ' + what, keepalive: true })
  addEventListener('message', ({ data }) => {
    if (data.type === 'SECURE_EMBEDDING_TOKEN_UPDATE') return note('hears ' + data.token)
    note('is asked ' + data)
    if (!drawn || !window.name) return
    const kind = location.pathname === '/embeds/dash' ? '-dash' : ''
    if (data === 'subscribe-for-embed-height' + kind)
      parent.postMessage({ iFrameName: window.name, embedHeight: 777 }, '*')
  })
  let drawn = false
  setTimeout(() => { drawn = true }, 1500)
  note('loads')
</script>`

/** A site of its own that plays DataLens, or any other page that may come to be in a frame. */
export class EmbedSite {
  readonly notes: string[] = []
  /** What was noted of anything but loads and tokens, such as `a-1 is asked subscribe-for-embed-height`. */
  readonly questions: string[] = []
  readonly url: string
  readonly #server: ScriptedServer

  private constructor(server: ScriptedServer) {
    this.#server = server
    // Another site than that of the portal, 127.0.0.1: the browser keeps the two in processes of their own.
    this.url = `http://localhost:${server.port}`
  }

  static async start(): Promise<EmbedSite> {
    const server = await ScriptedServer.start(({ url, body }, response) => {
      if (url === '/notes') (body.includes(' is asked ') ? site.questions : site.notes).push(body)
      response.setHeader('Content-Type', 'text/html; charset=utf-8')
      response.end(['/notes', '/fence'].includes(url) ? '' : page)
    })
    const site = new EmbedSite(server)
    return site
  }

  close(): Promise<void> {
    return this.#server.close()
  }
}
