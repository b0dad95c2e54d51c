/** Links for single viewers: the partner's server signs each for the viewer that it knows. */
import { addressOf, readUnsigned } from './address.ts'
import { claimsOf } from './token/claims.ts'
import type { Resolved } from './endpoint/answer.ts'
import { fetchEndpoint, type FetchEndpoint } from './endpoint/fetch.ts'
import { nodeEndpoint, type NodeEndpoint, type NodeRequest } from './endpoint/node-http.ts'
import { defaultRefreshBefore, validityFrom } from './token/lifetime.ts'
import type { Link } from './link.ts'
import { prepare, type EmbedderOptions, type Prepared } from './options.ts'
import { readParams, refuseConflict, requireParams, type Params } from './parameters.ts'
import { readRequest, type SignedParams, type SignRequest } from './sign-request.ts'
import { signToken } from './token/sign.ts'

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
  const linkFor = (params: Params): Promise<Link> => signLink(prepared, { params })
  const parts = { linkFor, onError: options.onError }
  return {
    sign: request => signLink(prepared, request),
    endpoint: viewer => fetchEndpoint(viewer, parts),
    nodeEndpoint: viewer => nodeEndpoint(viewer, parts),
  }
}

async function signLink(
  { embed, page, source, required, lifetime, unsigned: always, now }: Prepared,
  request: unknown,
): Promise<Link> {
  const { params, unsignedParams } = readRequest(request)
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
