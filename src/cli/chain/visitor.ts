import { request, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Seen {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A browser as far as a server can tell: it keeps cookies, and sends forms. It follows no redirect. */
export class Visitor {
  readonly cookies = new Map<string, string>()
  readonly #origin: string

  constructor(origin: string) {
    this.#origin = origin
  }

  /** Node's `fetch` decides itself about headers such as Sec-Fetch-Site; this sends what is asked for. */
  async ask(path: string, { method = 'GET', headers = {}, body = '' }: Asked = {}): Promise<Seen> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const seen = await new Promise<Seen>((resolve, reject) => {
      const asking = request(`${this.#origin}${path}`, {
        method,
        headers: { ...headers, ...(cookie && { cookie }) },
      })
      asking.once('error', reject)
      asking.once('response', response => {
        const { statusCode: status = 0, headers } = response
        text(response).then(body => resolve({ status, headers, body }), reject)
      })
      asking.end(body)
    })
    for (const set of seen.headers['set-cookie'] ?? []) this.#keep(set)
    return seen
  }

  submit(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Seen> {
    return this.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    })
  }

  /** The token of the form on a page. */
  async tokenOn(path: string): Promise<string> {
    const { body } = await this.ask(path)
    return /name="_csrf" value="([^"]+)"/.exec(body)?.[1] ?? ''
  }

  async logIn(name: string, password: string): Promise<Seen> {
    return this.submit('/login', { name, password, _csrf: await this.tokenOn('/login') })
  }

  /** What `<lens-embed>` on a page asks for. */
  askForLink(path: string, asked: Asked = {}): Promise<Seen> {
    const headers = { 'x-lens-embed': '1', 'sec-fetch-site': 'same-origin', ...asked.headers }
    return this.ask(path, { method: 'POST', ...asked, headers })
  }

  #keep(set: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
    if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(set)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}
