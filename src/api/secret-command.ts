/** The command that gives a Secret what it lacks, for messages to people. Pure. */
import { splitKey, type ObjectKey } from './object.ts'

export interface SecretParts {
  /** Whether the Secret is there, and only lacks these. */
  readonly exists?: boolean
  /** Values that are no secret, by key. */
  readonly literals?: Readonly<Record<string, string>>
  /** Names of files by key: what is in them stands in no shell's history. */
  readonly files?: Readonly<Record<string, string>>
}

export function secretCommand(
  key: ObjectKey,
  { exists = false, literals = {}, files = {} }: SecretParts,
): string {
  const { namespace, name } = splitKey(key)
  const from = [
    ...Object.entries(literals).map(([part, value]) => `--from-literal=${part}=${shellWord(value)}`),
    ...Object.entries(files).map(([part, file]) => `--from-file=${part}=${file}`),
  ].join(' ')
  const create = `kubectl -n ${namespace} create secret generic ${name} ${from}`
  // No kind of apply: each takes out what the same manager has put there before and does not name now.
  return exists
    ? `${create} --dry-run=client -o json | kubectl -n ${namespace} patch secret ${name} --type=merge --patch-file=/dev/stdin`
    : create
}

/** Names of users may hold what a shell reads in its own way. */
function shellWord(text: string): string {
  return /^[\w.@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
