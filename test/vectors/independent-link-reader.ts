/** Reads a published link as a page and DataLens do, with `jose`, which shares no code with the signer. */
import { importSPKI, jwtVerify } from 'jose'
import { dataOf, type Secret } from '../../src/api/core-objects.ts'

/** Where the page of each service looks for its token. */
const places = {
  YC_DATALENS_EMBEDDING_SERVICE_MARK: (url: URL) =>
    new URLSearchParams(url.hash.slice(1)).get('dl_embed_token'),
  doublecloud: (url: URL) => url.searchParams.get('__dl_embed_token'),
}

/** In seconds. */
const longestLifetime = 36_000

export interface LinkKeys {
  /** SPKI in PEM, by fingerprint. */
  readonly publicPems: ReadonlyMap<string, string>
}

/** What a page that had read the Secret at this moment would have stumbled over. */
export async function faultsOf(secret: Secret, { publicPems }: LinkKeys): Promise<readonly string[]> {
  const [token = '', url = '', expiresAt = ''] = ['token', 'url', 'expiresAt'].map(name => dataOf(secret, name))
  const signedBy = secret.metadata.annotations?.['lenskeeper.dev/signed-by'] ?? ''
  const claims = await claimsOf(token, publicPems.get(signedBy))
  if (claims === undefined) return [`its token was not signed by ${signedBy}`]
  const { iat, exp, service } = claims
  const find = places[service as keyof typeof places]
  if (find === undefined) return [`its token is for the service ${service}`]
  return [
    ...(URL.canParse(url) && find(new URL(url)) === token ? [] : ['its url does not fit its token']),
    ...(Date.parse(expiresAt) === exp * 1000 ? [] : ['its expiresAt does not fit its token']),
    ...(exp - iat <= longestLifetime ? [] : [`its token lives for ${exp - iat} s`]),
  ]
}

interface Claims {
  readonly iat: number
  readonly exp: number
  readonly service: string
}

/** Undefined if DataLens would refuse the token also while it lives. */
async function claimsOf(token: string, publicPem: string | undefined): Promise<Claims | undefined> {
  if (publicPem === undefined) return undefined
  try {
    const key = await importSPKI(publicPem, 'PS256')
    // Whether it has expired is another question.
    const { payload } = await jwtVerify(token, key, { algorithms: ['PS256'], currentDate: new Date(0) })
    const { iat = Number.NaN, exp = Number.NaN, dlEmbedService } = payload
    return { iat, exp, service: String(dlEmbedService) }
  } catch {
    return undefined
  }
}
