/** How the user of a kubeconfig logs in, apart from a certificate. */
import type { Entry } from './entry.ts'
import { textIn } from './entry.ts'
import { isToken, type ExecCredential } from './plugin/exec-plugin.ts'
import { KubeconfigError } from './kubeconfig-error.ts'
import { contentOfFile } from './tls-material.ts'

export interface OtherLogins {
  readonly plugged: ExecCredential | undefined
  /** The header that an `auth-provider` gives. */
  readonly provided: string | undefined
}

/**
 * The `authorization` header; undefined without a login.
 *
 * @throws KubeconfigError
 */
export async function authorization(
  user: Entry,
  { plugged, provided }: OtherLogins,
): Promise<string | undefined> {
  const token = (await tokenOf(user)) ?? plugged?.token
  if (token !== undefined) return `Bearer ${token.trim()}`
  if (provided !== undefined) return provided
  const name = textIn(user, 'username')
  if (name === undefined) return undefined
  return `Basic ${Buffer.from(`${name}:${textIn(user, 'password') ?? ''}`).toString('base64')}`
}

/** The file goes before a token beside it, which counts while the file cannot be read. */
async function tokenOf(user: Entry): Promise<string | undefined> {
  const file = textIn(user, 'tokenFile')
  const beside = textIn(user, 'token')
  if (beside !== undefined && !isToken(beside))
    throw new KubeconfigError('token of the kubeconfig holds no token: correct it')
  if (file === undefined) return beside
  try {
    const token = (await contentOfFile(file, 'tokenFile')).toString('utf8')
    if (isToken(token)) return token
    throw new KubeconfigError(`tokenFile of the kubeconfig, ${file}: it holds no token`)
  } catch (error) {
    if (beside !== undefined) return beside
    throw error
  }
}
