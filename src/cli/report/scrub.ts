/** Takes out of a report whatever may be a secret, by its look and by its place. Rather too much than too little. Pure. */
import type { KubeObject } from '../../api/object.ts'

const gone = '[redacted]'

/** Texts by their look, the most telling first. */
const looks: readonly (readonly [RegExp, string])[] = [
  // Also one that was cut off, and one whose newlines are written out.
  [/-----BEGIN (?![A-Z0-9 ]*(?:PUBLIC KEY|CERTIFICATE)-----)[^-]*-----[^-]*(?:-----END [^-]*-----)?/g, gone],
  // A link’s token, or any other JWT.
  [/\beyJ[\w-]*(?:\.[\w-]*)*/g, gone],
  // An access token.
  [/\b\d{1,9}:\d{1,9}:[\w+/=-]{16,}/g, gone],
  [/\/\/[^\s/@"']*@/g, `//${gone}@`],
  [/\b(bearer|basic) [\w.~+/=-]+/gi, `$1 ${gone}`],
  [/\b(BY|HASH|SALT) '[^']*'/gi, `$1 '${gone}'`],
  [
    /\b(password|passwd|pwd|secret|token|signature|authorization)(["']?\s?[:=]\s?["']?)[^\s"',&;}]+/gi,
    `$1$2${gone}`,
  ],
]

/** A key, a hash or a random password: letters of both kinds and digits, in one run. */
const run = /[\w+/-]{20,}={0,2}/g
const fingerprint = /^SHA256:[\w+/]{43}/

/** A text in which nothing is left that looks like a secret. Names, addresses and fingerprints of keys stay. */
export function scrubText(text: string): string {
  let clean = text
  for (const [look, instead] of looks) clean = clean.replace(look, instead)
  return clean.replace(run, (found, at: number) => {
    if (fingerprint.test(clean.slice(Math.max(0, at - 7), at + 43))) return found
    return isRandom(found) ? gone : found
  })
}

function isRandom(found: string): boolean {
  return /\d/.test(found) && /[A-Z]/.test(found) && /[a-z]/.test(found)
}

/** The same for all texts in a value; names of fields stay. */
export function scrub(value: unknown): unknown {
  if (typeof value === 'string') return scrubText(value)
  if (Array.isArray(value)) return value.map(scrub)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, scrub(inner)]))
}

interface Declared extends KubeObject {
  readonly spec?: unknown
  readonly status?: unknown
}

/**
 * What a report has of one of our objects. What people wrote beside the spec is left out, as it may be anything; the
 * values that an embed signs, and what is put onto Secrets, are told by their names alone.
 */
export function scrubObject({ kind, metadata, spec, status }: Declared): unknown {
  const { name, namespace, uid, generation, resourceVersion, creationTimestamp, deletionTimestamp } = metadata
  const { finalizers, annotations = {} } = metadata
  return {
    kind,
    metadata: {
      name,
      namespace,
      uid,
      generation,
      resourceVersion,
      creationTimestamp,
      deletionTimestamp,
      finalizers,
      annotations: Object.keys(annotations),
    },
    spec: scrub(withoutValues(spec)),
    status: scrub(status),
  }
}

/** Labels and annotations for a Secret, and parameters: as long as before, with nothing in them. */
const told: ReadonlySet<string> = new Set(['labels', 'annotations', 'params', 'privateParams'])

function withoutValues(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutValues)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      told.has(name) ? namesOf(inner) : withoutValues(inner),
    ]),
  )
}

function namesOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(one => (isNamed(one) ? one.name : gone))
  return typeof value === 'object' && value !== null ? Object.keys(value) : gone
}

function isNamed(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
}
