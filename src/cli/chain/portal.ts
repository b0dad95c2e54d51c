/** The portal beside the cluster: its customers, their embeds and keys, and the Secrets that it has mounted. */
import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tokenSecretName } from '../../api/names.ts'
import { beside, type ObjectKey } from '../../api/object.ts'
import { filesOf } from '../../dev/environment-files.ts'
import { hashPassword, startPortal, type PortalProcess } from '../../dev/portal-process.ts'
import type { Supervisor } from '../../dev/process.ts'
import type { Customer } from './embeds.ts'
import type { Mount } from './mounted-secrets.ts'

export interface User {
  readonly name: string
  readonly password: string
}

export interface Portal extends PortalProcess {
  readonly users: readonly User[]
}

/** What a Pod of examples/portal/portal.yaml would have mounted. */
export function mountsOf(
  directory: string,
  customers: readonly Customer[],
  lobby: ObjectKey,
): readonly Mount[] {
  const { tokens, lobby: folder } = foldersOf(directory)
  return [
    ...customers.map(({ id, tenant }) => ({
      secret: beside(tenant, tokenSecretName(tenant)),
      folder: join(tokens, id),
    })),
    { secret: lobby, folder },
  ]
}

/** What an earlier portal had mounted is not to be seen by this one. */
export async function emptyPortalFolder(directory: string): Promise<void> {
  const folder = filesOf(directory).portalFolder
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

export interface PortalSetting {
  /** The state folder of the environment. */
  readonly directory: string
  readonly supervisor: Supervisor
  readonly sandboxUrl: string
  readonly customers: readonly Customer[]
}

/** With a user of each customer and an admin, and passwords that are good until it ends. */
export async function openPortal(setting: PortalSetting, signal: AbortSignal): Promise<Portal> {
  const { directory, supervisor, sandboxUrl, customers } = setting
  const { tokens, lobby } = foldersOf(directory)
  const users = [...customers.map(({ id }) => id), 'admin'].map(name => ({
    name,
    password: randomBytes(12).toString('base64url'),
  }))
  const [TENANTS_FILE, PASSWORDS_FILE] = await Promise.all([
    writeTenants(directory, customers),
    writePasswords(directory, users, signal),
  ])
  const portal = await startPortal(
    {
      supervisor,
      logFile: filesOf(directory).portalLog,
      env: {
        DATALENS_URL: sandboxUrl,
        TENANTS_FILE,
        PASSWORDS_FILE,
        TOKENS_FOLDER: tokens,
        LOBBY_FOLDER: lobby,
      },
    },
    signal,
  )
  return { ...portal, users }
}

function foldersOf(directory: string) {
  const at = (name: string): string => join(filesOf(directory).portalFolder, name)
  return { tokens: at('tokens'), lobby: at('lobby'), at }
}

async function writeTenants(directory: string, customers: readonly Customer[]): Promise<string> {
  const { at } = foldersOf(directory)
  const tenants = []
  for (const { id, name, embedded } of customers) {
    const keyFile = at(`${id}.pem`)
    await writeFile(keyFile, embedded.privateKey, { mode: 0o600 })
    tenants.push({ id, name, params: { tenant: id }, embedId: embedded.embedId, keyFile })
  }
  await writeFile(at('tenants.json'), `${JSON.stringify(tenants, undefined, 2)}\n`, { mode: 0o600 })
  return at('tenants.json')
}

async function writePasswords(
  directory: string,
  users: readonly User[],
  signal: AbortSignal,
): Promise<string> {
  const path = foldersOf(directory).at('passwords')
  const lines = await Promise.all(users.map(({ name, password }) => hashPassword(name, password, signal)))
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 })
  return path
}
