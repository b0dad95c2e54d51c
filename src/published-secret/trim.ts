/**
 * What a cache keeps of a Secret with our label. Whoever may write Secrets in a namespace can put that label on any,
 * and a megabyte into each. Pure.
 */
import type { Secret } from '../api/core-objects.ts'
import { annotations, labels } from '../api/labels.ts'
import { weightOf } from '../core/weight.ts'
import { leanMetadata, only, upTo } from '../runtime/cache/lean-metadata.ts'
import { believedAnnotations } from './believed.ts'
import { givenNames } from './build.ts'

/** In bytes, as they are counted. Beyond that nobody else's data are kept. */
const mostKept = 16 * 1024
/** In characters, of all that is ours: a link of the greatest length, or a token with all that its author may ask for. */
const mostOurs = 320 * 1024
/** In characters. No value of ours is longer: an address with a token of 30 KiB, and a list of all that was asked for. */
const longestValue = 96 * 1024
const longestNote = 24 * 1024
/** How many labels, and how many annotations, an owner's author may ask for. */
const mostGiven = 32
const longestType = 256

/** The keys of all Secrets that are written here, of whatever kind. */
const ourData: ReadonlySet<string> = new Set(
  'token database dataLensKeyVersion partnerKeyVersion url expiresAt private.pem public.pem username password'.split(
    ' ',
  ),
)

const ourNames: ReadonlySet<string> = new Set([...Object.values(labels), ...Object.values(annotations)])

/** The Secret itself, unless it is large. Then what is ours of it, marked as `trimmed` if that is not all. */
export function trimSecret(secret: Secret): Secret {
  const weight = weightOf(secret)
  if (weight <= mostKept) return secret
  const ours = onlyOurs(secret)
  return weightOf(ours) === weight ? secret : { ...ours, trimmed: true }
}

function onlyOurs(secret: Secret): Secret {
  const { apiVersion, kind, type, immutable, metadata, data = {} } = secret
  const given = givenNames(believedAnnotations(secret))
  const hasRoom = upTo(mostOurs)
  const isOurs =
    (asked: readonly string[]) =>
    (name: string, value: string): boolean =>
      (ourNames.has(name) || asked.slice(0, mostGiven).includes(name)) &&
      value.length <= longestNote &&
      hasRoom(name, value)
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
    data: only(
      data,
      (name, value) => ourData.has(name) && value.length <= longestValue && hasRoom(name, value),
    ),
    metadata: leanMetadata(metadata, {
      isLabel: isOurs(given.labels),
      isAnnotation: isOurs(given.annotations),
    }),
    // Of another length it is of nobody here.
    ...(type === undefined || type.length > longestType ? {} : { type }),
    ...(immutable === undefined ? {} : { immutable }),
  }
}
