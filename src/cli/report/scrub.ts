/** Takes out of a report whatever may be a secret, by its look and by its place. Rather too much than too little. Pure. */
import type { KubeObject } from '../../api/object.ts'
import type { SecureEmbedSpec } from '../../api/secure-embed.ts'
import { isRecord } from '../../core/record.ts'
import { isSecretName } from '../../core/redaction/named-secrets.ts'
import { hideSecrets } from '../../core/redaction/secrets-in-text.ts'

const gone = '[redacted]'

/** The parameters of an address say who looks at what: in a link, those that embeds do not sign. */
const parameter =
  /((?:[?&#]|\\u0026)(?:amp;)?([\w.%+~[\]-]{1,128})=)(?:[^\s&#"'<>\\]|\\u(?!0026)[\da-f]{4})*/gi
/** Of a call to the API server. */
const plainParameters: ReadonlySet<string> = new Set([
  'allowWatchBookmarks',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'timeoutSeconds',
  'watch',
])

/** A text in which nothing is left that looks like a secret. Names, addresses and fingerprints of keys stay. */
export function scrubText(text: string): string {
  return hideSecrets(text, gone).replace(parameter, (whole, start: string, name: string) =>
    plainParameters.has(name) ? whole : `${start}${gone}`,
  )
}

/** The same for all texts in a value; names of fields stay. */
export function scrub(value: unknown): unknown {
  if (typeof value === 'string') return scrubText(value)
  if (Array.isArray(value)) return value.map(scrub)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, scrubField(name, inner)]))
}

/** Ids that look like a secret, in the fields that are for them. */
const ids: ReadonlySet<string> = new Set(['embedId', 'uid', 'uuid'])

function scrubField(name: string, inner: unknown): unknown {
  if (ids.has(name) && typeof inner === 'string' && /^[\da-z-]{1,64}$/.test(inner)) return inner
  return isSecretName(name) && inner !== null && !isRecord(inner) ? gone : scrub(inner)
}

interface Declared extends KubeObject {
  readonly spec?: unknown
  readonly status?: unknown
}

/**
 * What a report has of one of our objects. What people wrote beside the spec is left out, as it may be anything; the
 * values of an embed’s parameters, and what is put onto Secrets, are told by their names alone.
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
      finalizers: scrub(finalizers),
      annotations: scrub(Object.keys(annotations)),
    },
    spec: scrub(withoutValues(spec)),
    status: scrub(status),
  }
}

/** Labels and annotations for a Secret, and parameters, signed or not: told by their names alone. */
const fields = ['labels', 'annotations', 'params', 'unsignedParams'] as const satisfies readonly (
  | keyof SecureEmbedSpec
  | keyof NonNullable<SecureEmbedSpec['secret']>
)[]
const told: ReadonlySet<string> = new Set(fields)

function withoutValues(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutValues)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      told.has(name) ? namesOf(inner) : withoutValues(inner),
    ]),
  )
}

function namesOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(one => (isNamed(one) ? one.name : gone))
  return isRecord(value) ? Object.keys(value) : gone
}

function isNamed(value: unknown): value is { readonly name: string } {
  return isRecord(value) && typeof value['name'] === 'string'
}
