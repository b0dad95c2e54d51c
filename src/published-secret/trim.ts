/**
 * What a cache keeps of a Secret with our label. Whoever may write Secrets in a namespace can put that label on any,
 * and a megabyte into each. Pure.
 */
import type { Secret } from '../api/core-objects.ts'
import { annotations, labels } from '../api/labels.ts'
import { givenNames } from './build.ts'

/** In characters. Beyond that nobody else's data are kept. */
const mostKept = 64 * 1024
/** In characters. No value of ours is longer. */
const longestValue = 32 * 1024
const mostReferences = 8

/** The keys of all Secrets that are written here, of whatever kind. */
const ourData: ReadonlySet<string> = new Set(
  'token database dataLensKeyVersion partnerKeyVersion url expiresAt private.pem public.pem username password'.split(
    ' ',
  ),
)

const ourNames: ReadonlySet<string> = new Set([...Object.values(labels), ...Object.values(annotations)])

/** The Secret itself, unless it is too large. Then what is ours of it, marked as `trimmed`: read it before you write. */
export function trimSecret(secret: Secret): Secret {
  const { metadata, data } = secret
  const { labels: marks, annotations: notes, ownerReferences = [] } = metadata
  const { finalizers: _finalizers, ...rest } = metadata as Secret['metadata'] & {
    readonly finalizers?: unknown
  }
  const references = ownerReferences.length * JSON.stringify(ownerReferences[0] ?? '').length
  if (sizeOf(data) + sizeOf(marks) + sizeOf(notes) + references <= mostKept) return secret
  const given = givenNames(notes?.[annotations.givenMetadata])
  const ours = (name: string, asked: readonly string[]): boolean => ourNames.has(name) || asked.includes(name)
  return {
    ...secret,
    metadata: {
      ...rest,
      labels: only(marks, name => ours(name, given.labels)),
      annotations: only(notes, name => ours(name, given.annotations)),
      ownerReferences: ownerReferences.slice(0, mostReferences),
    },
    data: only(data, name => ourData.has(name)),
    trimmed: true,
  }
}

function only(
  record: Readonly<Record<string, string>> = {},
  isKept: (name: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).filter(([name, value]) => isKept(name) && value.length <= longestValue),
  )
}

function sizeOf(record: Readonly<Record<string, string>> = {}): number {
  let size = 0
  for (const name of Object.keys(record)) size += name.length + (record[name]?.length ?? 0)
  return size
}
