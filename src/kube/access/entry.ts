/** What a kubeconfig says of one cluster, user or context, as it is written. */
export type Entry = Readonly<Record<string, unknown>>

/** Undefined where nothing was written: an empty text counts as nothing, as for kubectl. */
export function textIn(entry: Entry, name: string): string | undefined {
  const value = entry[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
