import type { Secret } from '../api/core-objects.ts'
import { isLabelledOurs, prefix } from '../api/labels.ts'

type Annotations = Readonly<Record<string, string>>

/**
 * A Secret's annotations without those of ours that anybody may have written. What a seal or signature covers proves
 * itself; all else that we note is believed only beside our label. A copy without it may be ours by what it holds, and
 * may have been made by whoever could read the Secret. Pure.
 */
export function believedAnnotations(secret: Secret): Annotations {
  const { annotations = {} } = secret.metadata
  if (isLabelledOurs(secret)) return annotations
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => !name.startsWith(prefix)))
}
