/** Embeds, the keys that sign their links, and links as the operator makes them. */
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { dataOf, type Secret } from '../../src/api/core-objects.ts'
import { embedSigningUse, labels } from '../../src/api/labels.ts'
import type { SecureEmbed } from '../../src/api/secure-embed.ts'
import { claimsOf } from '../../src/embed/token/claims.ts'
import { parseSigningKey } from '../../src/embed/keys/signing-key.ts'
import { validityFrom } from '../../src/embed/token/lifetime.ts'
import { signToken } from '../../src/embed/token/sign.ts'
import { buildSecret } from '../../src/published-secret/build.ts'
import { linkContent } from '../../src/secure-embed/link/held.ts'
import { linkShape } from '../../src/secure-embed/link/shape.ts'
import { wantedLink } from '../../src/secure-embed/link/wanted.ts'
import type { World } from '../cluster/world.ts'
import { isKubeError } from '../../src/kube/errors.ts'
import { eventually } from '../time/eventually.ts'

const forever = new AbortController().signal

export const namespace = 'embeds'

/** An embedding secret, as DataLens makes it. */
export interface SigningPair {
  readonly privatePem: string
  readonly publicPem: string
  /** As the operator tells it. */
  readonly fingerprint: string
}

const pairs = new Map<string, SigningPair>()

/** The pair of this name; made on first use. */
export function signingPair(name: string): SigningPair {
  const known = pairs.get(name)
  if (known !== undefined) return known
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const spki = createPublicKey(publicPem).export({ type: 'spki', format: 'der' })
  const pair = {
    privatePem: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    publicPem,
    fingerprint: `SHA256:${createHash('sha256').update(spki).digest('base64').replace(/=+$/, '')}`,
  }
  pairs.set(name, pair)
  return pair
}

/** All that were used. */
export function usedPairs(): readonly SigningPair[] {
  return [...pairs.values()]
}

/** A Secret that offers a key for signing. */
export function signingKey(name: string, privatePem: string, inNamespace = namespace): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: inNamespace, labels: { [labels.use]: embedSigningUse } },
    data: { 'private.pem': Buffer.from(privatePem).toString('base64') },
  }
}

/** Refreshed as seldom as an embed can be, so that hardly any test sees a refresh that it did not ask for. */
const seldom = { lifetime: '10h', refreshBefore: '2m' }

/** With the key `signing`, unless the spec says otherwise. */
export function embed(name: string, spec: object = {}, inNamespace = namespace): SecureEmbed {
  const object = {
    apiVersion: 'lenskeeper.dev/v1alpha1',
    kind: 'SecureEmbed',
    metadata: { name, namespace: inNamespace },
    spec: {
      platform: 'Yandex',
      kind: 'Chart',
      embedId: 'pgx4ekt5dj3u1',
      signingKeySecretRef: { name: 'signing' },
      params: [{ name: 'region', value: 'north' }],
      ...seldom,
      ...spec,
    },
  }
  return object as unknown as SecureEmbed
}

/** In seconds: longer than any test file runs. */
const enduringFor = 1_200

/**
 * An embed that is Ready and whose link is not replaced by itself while a test runs. The uid chooses the moments of
 * refresh, so one whose next moment is near is made anew.
 */
export async function enduringEmbed(
  world: World,
  name: string,
  { spec = {}, namespace: at = namespace }: { readonly spec?: object; readonly namespace?: string } = {},
): Promise<SecureEmbed> {
  return await eventually(
    async () => {
      await world.embeds.create(embed(name, spec, at), forever).catch(unlessThere)
      const made = await world.embedIs(`${at}/${name}`, 'True', 'Ready')
      const left = (Date.parse(made.status?.refreshAt ?? '') - Date.now()) / 1000
      if (left > enduringFor) return made
      await world.embeds.delete(`${at}/${name}`, {}, forever)
      await world.secrets.delete(`${at}/${made.status?.secretName}`, {}, forever)
      return undefined
    },
    { what: `${name} has a link that endures`, deadlineMs: 120_000 },
  )
}

function unlessThere(error: unknown): void {
  if (!isKubeError(error, 'alreadyExists')) throw error
}

export interface Published {
  readonly token: string
  readonly url: string
  readonly expiresAt: string
}

/** What the Secret holds; empty texts where there is none. */
export async function published(world: World, name: string, at = namespace): Promise<Published> {
  const secret = await world.secrets.get(`${at}/${name}`, forever)
  const text = (field: string): string => (secret === undefined ? '' : (dataOf(secret, field) ?? ''))
  return { token: text('token'), url: text('url'), expiresAt: text('expiresAt') }
}

/** The claims, whoever signed them. */
export function claimsIn(token: string): Readonly<Record<string, unknown>> {
  const [, payload = ''] = token.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>
}

/** The Secret that the operator would have written for a stored embed at that moment. */
export async function secretMadeAt(
  made: SecureEmbed,
  pair: SigningPair,
  atMs: number,
): Promise<Secret & { readonly exp: number }> {
  const wanted = wantedLink(made.spec)
  if ('problem' in wanted) throw new Error(wanted.problem.message)
  const key = parseSigningKey(pair.privatePem)
  const validity = validityFrom(atMs, wanted.lifetime)
  const token = await signToken(claimsOf(wanted.embed, validity, wanted.signed), key)
  const { embedId } = wanted.embed
  const held = { token, embedId, ...validity, keyFingerprint: key.fingerprint, previous: undefined }
  return { ...buildSecret(linkShape(made), linkContent(held, wanted)), exp: validity.exp }
}

/** Has an embed's status say when that Secret's link ends, as it did when the link was made. */
export async function tellExpiry(world: World, { metadata }: SecureEmbed, exp: number): Promise<void> {
  const status = { expiresAt: new Date(exp * 1000).toISOString().replace('.000Z', 'Z') }
  await world.embeds.mergePatchStatus(`${metadata.namespace}/${metadata.name}`, { status }, forever)
}
