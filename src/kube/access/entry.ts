import { KubeconfigError } from './kubeconfig-error.ts'

/** What a kubeconfig says of one cluster, user or context, as it is written. */
export type Entry = Readonly<Record<string, unknown>>

/**
 * Undefined where nothing was written: an empty text counts as nothing, as for kubectl.
 *
 * @throws KubeconfigError for what is no text, such as a number: to leave it out would log in as somebody else
 */
export function textIn(entry: Entry, name: string): string | undefined {
  const value = entry[name]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string') return value
  throw new KubeconfigError(`${name} of the kubeconfig is no text: put it in quotes`)
}
