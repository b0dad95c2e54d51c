/** What somebody does at DataLens by hand or by its API, done at the sandbox. */
import type { Sandbox } from '../../src/sandbox/http/server.ts'

export interface Entry {
  readonly id: string
  readonly scope: string
}

/** An embed, with the key that signs for it. */
export interface Embed {
  readonly embedId: string
  readonly privateKey: string
}

async function call<T>(sandbox: Pick<Sandbox, 'url'>, path: string, body: object): Promise<T> {
  const answer = await fetch(`${sandbox.url}${path}`, { method: 'POST', body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}

/** Pastes a token. */
export function connect(
  sandbox: Pick<Sandbox, 'url'>,
  token: string,
): Promise<{ readonly tables: readonly string[]; readonly entries: readonly Entry[] }> {
  return call(sandbox, '/api/connections', { name: 'Shop', access_token: token })
}

/** An embed of the dashboard among these entries, with all of them as its dependencies. */
export async function embedDashboard(
  sandbox: Pick<Sandbox, 'url'>,
  entries: readonly Entry[],
): Promise<Embed> {
  const secret = { title: 'Portal', workbookId: 'main' }
  const { embeddingSecretId, privateKey } = await call<{
    readonly embeddingSecretId: string
    readonly privateKey: string
  }>(sandbox, '/rpc/createEmbeddingSecret', secret)
  const { embedId } = await call<{ readonly embedId: string }>(sandbox, '/rpc/createEmbed', {
    title: 'Sales',
    embeddingSecretId,
    entryId: entries.find(({ scope }) => scope === 'dash')?.id,
    depsIds: entries.filter(({ scope }) => scope !== 'dash').map(({ id }) => id),
    publicParamsMode: false,
    unsignedParams: [],
    privateParams: ['tenant'],
  })
  return { embedId, privateKey }
}
