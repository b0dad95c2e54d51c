/** What somebody at DataLens does by hand, as calls of the sandbox: connections, embedding secrets, embeds. */
import { CommandError } from '../frame/command-error.ts'

export interface Entry {
  readonly id: string
  readonly scope: string
  /** Its id in the content file. */
  readonly source: string
}

export interface Connected {
  readonly id: string
  readonly tables: readonly string[]
  readonly entries: readonly Entry[]
}

/** An embed with both halves of the key that signs for it. */
export interface Embedded {
  readonly embedId: string
  readonly privateKey: string
  /** The half that DataLens keeps. */
  readonly publicKey: string
}

/** Where the sandbox is. */
interface At {
  readonly url: string
}

interface NewSecret {
  readonly embeddingSecretId: string
  readonly privateKey: string
}

/** Pastes an access token. @throws CommandError when it is refused */
export async function connect(sandbox: At, token: string, name = 'Shop'): Promise<Connected> {
  return await call(sandbox, '/api/connections', { name, access_token: token })
}

/** An embed of the dashboard among these entries, with all of them as its dependencies. @throws CommandError */
export async function embedDashboard(
  sandbox: At,
  entries: readonly Pick<Entry, 'id' | 'scope'>[],
  title = 'Sales',
): Promise<Embedded> {
  const secret = await call<NewSecret>(sandbox, '/rpc/createEmbeddingSecret', {
    title,
    workbookId: 'main',
  })
  const { embeddingSecretId, privateKey } = secret
  const { publicKey } = await call<{ readonly publicKey: string }>(sandbox, '/rpc/getEmbeddingSecret', {
    embeddingSecretId,
  })
  const { embedId } = await call<{ readonly embedId: string }>(sandbox, '/rpc/createEmbed', {
    title,
    embeddingSecretId,
    entryId: entries.find(({ scope }) => scope === 'dash')?.id,
    depsIds: entries.filter(({ scope }) => scope !== 'dash').map(({ id }) => id),
    publicParamsMode: false,
    unsignedParams: [],
    privateParams: ['tenant'],
    settings: { enableExport: true },
  })
  return { embedId, privateKey, publicKey }
}

async function call<T>({ url }: At, path: string, body: object): Promise<T> {
  const answer = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) })
  const text = await answer.text()
  if (answer.ok) return JSON.parse(text) as T
  throw new CommandError(`the sandbox refuses ${path}: ${answer.status} ${text}`)
}
