/** What the spec asks for, in the words of the library that signs. Pure. */
import type { SecureEmbed } from '../../api/secure-embed.ts'
import { durationOf } from '../../core/duration.ts'
import { addressOf, pageOf, readUnsigned, type Page } from '../../embed/address.ts'
import { EmbedError } from '../../embed/errors.ts'
import { longestLifetime, shortestLifetime } from '../../embed/token/lifetime.ts'
import { readParams, refuseConflict, type CheckedParam, type Params } from '../../embed/parameters.ts'
import { checkEmbed, type Embed } from '../../embed/platform.ts'
import type { EmbedProblem } from '../problem.ts'
import { hasTooManyParams, mostParams } from './lean.ts'

export interface WantedLink {
  readonly embed: Embed
  readonly page: Page
  readonly signed: readonly CheckedParam[]
  readonly unsigned: readonly CheckedParam[]
  /** In seconds. */
  readonly lifetime: number
  /** In seconds: from 2 minutes to half of the lifetime. */
  readonly refreshBefore: number
}

type Spec = SecureEmbed['spec']

/** The API server refuses what is wrong here already, but its CRD may be of another version, or edited by hand. */
export function wantedLink(spec: Spec): WantedLink | { readonly problem: EmbedProblem } {
  try {
    return readSpec(spec)
  } catch (error) {
    if (!(error instanceof EmbedError)) throw error
    const message = `The spec cannot be served. ${error.message}`
    return { problem: { reason: 'InvalidSpec', weight: 'stalled', message } }
  }
}

/** In characters, without its token. Few servers take a quarter of that, and a Secret has to be held with it. */
const longestAddress = 36_864

function readSpec(spec: Spec): WantedLink {
  if (hasTooManyParams(spec))
    throw wrong(`params and unsignedParams have more than ${mostParams} characters together: shorten them.`)
  checkEmbed(spec)
  const page = pageOf(spec)
  const signed = readParams(valuesOf(spec.params), { numbers: page.facts.takesNumbers })
  const unsigned = readUnsigned(valuesOf(spec.unsignedParams))
  refuseConflict(signed, unsigned)
  if (addressOf(page, { token: '', unsigned }).length > longestAddress)
    throw wrong(`unsignedParams make the address longer than ${longestAddress} characters: shorten them.`)
  const lifetime = Math.floor(durationOf(spec.lifetime) / 1000)
  if (lifetime < shortestLifetime || lifetime > longestLifetime) {
    throw new EmbedError('EMBED_LIFETIME', 'lifetime must be from 5m to 10h.')
  }
  const { platform, kind, embedId } = spec
  return {
    embed: { platform, kind, embedId },
    page,
    signed,
    unsigned,
    lifetime,
    refreshBefore: refreshBeforeOf(spec),
  }
}

function wrong(message: string): EmbedError {
  return new EmbedError('EMBED_OPTIONS', message)
}

/** In seconds. */
const shortestRefreshBefore = 120

/** How long before its end a link is replaced at the latest, in seconds. */
export function refreshBeforeOf({ lifetime: text, refreshBefore }: Spec): number {
  const lifetime = durationOf(text) / 1000
  const asked = refreshBefore === undefined ? lifetime / 4 : durationOf(refreshBefore) / 1000
  return Math.floor(Math.min(Math.max(asked, shortestRefreshBefore), lifetime / 2))
}

/** Whatever an entry holds is judged where parameters are read. */
function valuesOf(params: Spec['params']): Params {
  const entries = (params ?? []).map(({ name, value, values }) => [name, value ?? values] as const)
  return Object.fromEntries(entries) as Params
}
