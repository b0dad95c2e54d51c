/** Which labels and annotations an owner's author may put on the Secret. Pure. */
import type { SecretShape } from './build.ts'
import { asksTooMuch, mostRequested } from './request.ts'

/**
 * Programs act on labels and annotations with prefixes of theirs, so each prefix is allowed by the administrator.
 *
 * @param prefixes those of `--secret-metadata-prefixes`. Names without a prefix are allowed
 * @returns what to tell the author; undefined when all are allowed
 */
export function forbiddenMetadata(
  { labels, annotations }: Pick<SecretShape, 'labels' | 'annotations'>,
  prefixes: readonly string[],
): string | undefined {
  if (asksTooMuch({ annotations }))
    return `spec.secret asks for labels and annotations of more than ${mostRequested} characters together. Ask for less.`
  const names = [...Object.keys(labels), ...Object.keys(annotations)]
  const wrong = names.find(name => name.includes('/') && !prefixes.some(prefix => name.startsWith(prefix)))
  if (wrong === undefined) return undefined
  return `spec.secret asks for "${wrong}", whose prefix the operator does not allow on Secrets. Remove it, or have the prefix added to --secret-metadata-prefixes.`
}
