/** What caches keep of objects that others make for us to read. They may be as large as etcd takes. Pure. */
import type { ConfigMap, Secret } from '../api/core-objects.ts'
import { weightOf } from '../core/weight.ts'
import { dropBulk } from '../runtime/cache/drop-bulk.ts'
import { upTo } from '../runtime/cache/lean-metadata.ts'

/** In characters, of base64. The longest text that is read for a key has 87 KiB. */
const mostOfOffered = 128 * 1024
/** In characters, of base64. A bundle of all public authorities has 300 KiB. */
const mostOfReferred = 512 * 1024
/** In bytes, as they are counted: a ledger of some seventy rotations. A larger one is read when it is looked at. */
const mostOfConfigMap = 128 * 1024

/** Of a Secret with keys for signing. */
export function trimOffered(secret: Secret): Secret {
  return smallValues(dropBulk(secret), mostOfOffered)
}

/** Of a Secret that an object of ours refers to. */
export function trimReferred(secret: Secret): Secret {
  return smallValues(dropBulk(secret), mostOfReferred)
}

export function trimConfigMap(configMap: ConfigMap): ConfigMap {
  const lean = dropBulk(configMap)
  if (weightOf(lean) <= mostOfConfigMap) return lean
  return { ...lean, data: {}, trimmed: true }
}

/** The smallest values first: what somebody keeps beside a key, such as a keystore, mostly is larger. */
function smallValues(secret: Secret, most: number): Secret {
  const hasRoom = upTo(most)
  const all = Object.entries(secret.data ?? {})
  const kept = all
    .toSorted(([, a], [, b]) => a.length - b.length)
    .filter(([name, value]) => hasRoom(name, value))
  return kept.length === all.length ? secret : { ...secret, data: Object.fromEntries(kept), trimmed: true }
}
