/** Whom the API server is to take the caller for, as kubectl asks it. Pure. */
import { textIn, type Entry } from './entry.ts'
import { KubeconfigError } from './kubeconfig-error.ts'

export type Headers = Readonly<Record<string, string | string[]>>

/**
 * `as`, `as-uid`, `as-groups` and `as-user-extra` as headers. All of them or none is sent: a group that is dropped
 * would give the caller other rights than were asked for.
 *
 * @throws KubeconfigError
 */
export function impersonation(user: Entry): Headers {
  const name = textIn(user, 'as')
  const uid = textIn(user, 'as-uid')
  const groups = listIn(user, 'as-groups')
  const extra = extraIn(user)
  if (name === undefined) {
    if (uid === undefined && groups.length === 0 && extra.length === 0) return {}
    throw new KubeconfigError(
      'the kubeconfig has as-uid, as-groups or as-user-extra without as: write who is meant under as',
    )
  }
  return {
    'impersonate-user': headerValue(name, 'as'),
    ...(uid === undefined ? {} : { 'impersonate-uid': headerValue(uid, 'as-uid') }),
    ...(groups.length === 0
      ? {}
      : { 'impersonate-group': groups.map(group => headerValue(group, 'as-groups')) }),
    ...Object.fromEntries(
      extra.map(([key, values]) => [
        `impersonate-extra-${escapeKey(key)}`,
        values.map(value => headerValue(value, 'as-user-extra')),
      ]),
    ),
  }
}

function listIn(entry: Entry, name: string): readonly string[] {
  const list = entry[name]
  if (list === undefined || list === null) return []
  if (Array.isArray(list) && list.every(each => typeof each === 'string')) return list
  throw new KubeconfigError(`${name} of the kubeconfig is no list of texts: correct it`)
}

function extraIn(user: Entry): readonly (readonly [key: string, values: readonly string[]])[] {
  const extra = (user['as-user-extra'] ?? {}) as Entry
  return Object.keys(extra).map(key => [key, listIn(extra, key)])
}

/** What may not stand in a header's name is percent-encoded, and the percent sign itself, as the API server undoes it. */
function escapeKey(key: string): string {
  return [...Buffer.from(key.toLowerCase())]
    .map(byte => {
      const letter = String.fromCharCode(byte)
      if (/[!#$&'*+\-.^_`|~0-9a-z]/.test(letter)) return letter
      return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}

/** As UTF-8. Node takes a header's bytes one a character. */
function headerValue(text: string, name: string): string {
  if (/\p{Cc}/u.test(text))
    throw new KubeconfigError(`${name} of the kubeconfig has a line break or a control character: remove it`)
  return Buffer.from(text).toString('latin1')
}
