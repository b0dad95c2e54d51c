// Compiled, never run. What has to be an error says so.
import { createServer } from 'node:http'
import { embedder, EmbedError, inspect, keyFile, sharedLink, type EmbedErrorCode } from '@lenskeeper/embed'

interface User {
  readonly tenant: string
  readonly region?: string
}
declare function userOf(request: Request): Promise<User | null>
declare const user: User

const embed = {
  platform: 'Yandex',
  kind: 'Dashboard',
  embedId: 'pgx4ekt5dj3u1',
  key: keyFile('/etc/embed/private.pem', { onProblem: async error => void error.code }),
} as const

const sales = embedder({ ...embed, required: ['tenant'], lifetime: '5m' })

export async function good(): Promise<readonly string[]> {
  const { token, url, expiresIn, refreshIn } = await sales.sign({ params: { tenant: user.tenant } })
  const more = await sales.sign({
    params: { tenant: ['acme', 'globex'], year: '2024' },
    unsignedParams: { from: '1' },
  })
  const open = await embedder(embed).sign()
  const filtered = await embedder(embed).sign({ params: { tenant: 'acme' } })
  return [token, url, String(expiresIn - refreshIn), more.url, open.url, filtered.url]
}

export async function bad(): Promise<void> {
  // @ts-expect-error A required parameter is missing.
  await sales.sign()
  // @ts-expect-error A required parameter is missing.
  await sales.sign({ params: {} })
  // @ts-expect-error A required parameter is missing: another is none.
  await sales.sign({ params: { region: 'north' } })
  // @ts-expect-error Parameters where the request should be.
  await sales.sign({ tenant: 'acme' })
  // @ts-expect-error A required parameter is undefined.
  await sales.sign({ params: { tenant: undefined } })
  // @ts-expect-error A required parameter may be undefined.
  await sales.sign({ params: { tenant: user.region } })
  // @ts-expect-error Another may be undefined.
  await sales.sign({ params: { tenant: 'acme', region: user.region } })
  // @ts-expect-error null is no value.
  await sales.sign({ params: { tenant: null } })
  // @ts-expect-error An object is no value.
  await sales.sign({ params: { tenant: user } })
  // @ts-expect-error Parameters where the request should be, also where nothing is required.
  await embedder(embed).sign({ tenant: 'acme' })
  // @ts-expect-error There is no such platform.
  embedder({ ...embed, platform: 'Yandex Cloud' })
  // @ts-expect-error A misspelt option.
  embedder({ ...embed, require: ['tenant'] })
}

export const POST = sales.endpoint(async request => {
  const user = await userOf(request)
  if (user === null) return null
  return user.region === 'south' ? 'denied' : { tenant: user.tenant }
})

// @ts-expect-error What is signed may lack a required parameter.
sales.endpoint(async request => ({ tenant: (await userOf(request))?.region }))
// @ts-expect-error A yes is no parameter.
sales.endpoint(() => true)

const lobby = sharedLink('/mounted/secret', { onError: error => void error })
createServer(lobby.nodeEndpoint(request => request.headers.cookie !== undefined))
createServer(sales.nodeEndpoint(request => ({ tenant: String(request.headers['x-tenant']) })))
// @ts-expect-error A shared link has no parameters.
lobby.endpoint(() => ({ tenant: 'acme' }))

export function codeOf(error: unknown): EmbedErrorCode | undefined {
  // @ts-expect-error There is no such code.
  if (error instanceof EmbedError && error.code === 'EMBED_OTHER') return undefined
  return error instanceof EmbedError ? error.code : undefined
}

export const fault = inspect('a.b.c', { publicKey: '' }).fault
