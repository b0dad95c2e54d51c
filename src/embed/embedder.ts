/** Links for single viewers: the partner's server signs each for the viewer that it knows. */
import { addressOf, pageOf, readUnsigned, type Address } from './address.ts'
import { claimsOf } from './claims.ts'
import { fetchEndpoint, type FetchEndpoint } from './endpoint/fetch.ts'
import { nodeEndpoint, type NodeEndpoint, type NodeRequest } from './endpoint/node-http.ts'
import type { Resolved } from './endpoint/answer.ts'
import { EmbedError } from './errors.ts'
import { keySource, type KeySource } from './keys/key-source.ts'
import { defaultRefreshBefore, parseLifetime, validityFrom } from './lifetime.ts'
import type { Link } from './link.ts'
import { readParams, refuseConflict, requireParams, type Params, type ParamValue } from './parameters.ts'
import { checkEmbed } from './platform.ts'
import { signToken } from './sign.ts'

export interface EmbedderOptions<Required extends string = never> extends Address {
  /** The private key of the embedding secret. It belongs on a server, never into a page. */
  readonly key: KeySource
  /** Names of signed parameters without which nothing is signed: whatever keeps one viewer's rows from another. */
  readonly required?: readonly Required[]
  /** From `5m` to `10h`; default `10m`. A link that leaks is good that long. */
  readonly lifetime?: string
  /** Unsigned parameters of every link. A viewer can change them. */
  readonly unsignedParams?: Params
  /** Hears what an endpoint could not do. Default: a process warning. */
  readonly onError?: (error: unknown) => void
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/** Required names are typed as such; others may come besides. */
export type SignedParams<Required extends string> = Readonly<Record<Required, ParamValue>> & Params

export interface SignRequest<Required extends string> {
  readonly params: SignedParams<Required>
  /** Besides those of the options. A name in both has this value. */
  readonly unsignedParams?: Params
}

export interface Embedder<Required extends string = never> {
  /** @throws EmbedError; nothing is signed then */
  sign(
    request: [Required] extends [never] ? Partial<SignRequest<never>> | void : SignRequest<Required>,
  ): Promise<Link>
  /**
   * An endpoint for the browser helper: `Request` to `Response`, as in Hono, Next.js, Deno and Bun.
   *
   * @param viewer says from the session what is signed for this viewer. Never take it from the request's body or address
   */
  endpoint(viewer: (request: Request) => Resolved<SignedParams<Required>>): FetchEndpoint
  /** The same for `node:http`, and so for Express and Fastify. */
  nodeEndpoint<R extends NodeRequest>(
    viewer: (request: R) => Resolved<SignedParams<Required>>,
  ): NodeEndpoint<R>
}

/** @throws EmbedError for options that can never give a link */
export function embedder<const Required extends string = never>(
  options: EmbedderOptions<Required>,
): Embedder<Required> {
  const prepared = prepare(options)
  const sign = (request: Partial<SignRequest<string>> | void): Promise<Link> =>
    signLink(prepared, request ?? {})
  const linkFor = (params: Params): Promise<Link> => sign({ params })
  const { onError } = options
  return {
    sign,
    endpoint: viewer => fetchEndpoint(viewer, { linkFor, onError }),
    nodeEndpoint: viewer => nodeEndpoint(viewer, { linkFor, onError }),
  }
}

function prepare(options: EmbedderOptions<string>) {
  checkEmbed(options)
  const { required = [], lifetime = '10m', now = Date.now } = options
  if (!Array.isArray(required) || required.some(name => typeof name !== 'string' || name === '')) {
    throw new EmbedError('EMBED_OPTIONS', 'required is no list of names.')
  }
  return {
    embed: options,
    page: pageOf(options),
    source: keySource(options.key),
    required,
    lifetime: parseLifetime(lifetime),
    unsigned: readUnsigned(options.unsignedParams),
    now,
  }
}

async function signLink(
  { embed, page, source, required, lifetime, unsigned: always, now }: ReturnType<typeof prepare>,
  { params, unsignedParams }: Partial<SignRequest<string>>,
): Promise<Link> {
  const signed = readParams(params, { numbers: page.facts.takesNumbers })
  requireParams(signed, required)
  const own = readUnsigned(unsignedParams)
  const unsigned = [...always.filter(({ name }) => !own.some(other => other.name === name)), ...own]
  refuseConflict(signed, unsigned)
  const key = await source.current()
  const at = now()
  const validity = validityFrom(at, lifetime)
  const token = await signToken(claimsOf(embed, validity, signed), key)
  const expiresIn = validity.exp - Math.ceil(at / 1000)
  return {
    token,
    url: addressOf(page, { token, unsigned }),
    expiresIn,
    refreshIn: expiresIn - defaultRefreshBefore(lifetime),
  }
}
