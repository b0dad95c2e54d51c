/** What the portal has to be given, and does without meanwhile. For whoever runs it. */
import { join } from 'node:path'
import { readToken } from './mounted-token.ts'
import type { Parts } from './parts.ts'
import { isHash } from './passwords.ts'

export async function missingFrom(parts: Parts): Promise<readonly string[]> {
  const { embeds } = parts
  const { tokensFolder, tenants } = parts.config
  const found = await Promise.all([
    passwordsFault(parts),
    embeds.lobbyFault().then(fault => fault && `The lobby is missing. ${fault}`),
    ...tenants.map(async tenant => {
      const fault = await embeds.dashboardFault(tenant)
      return fault && `The dashboard of ${tenant.id} is missing. ${fault}`
    }),
    ...tenants.map(async ({ id }) => {
      const folder = join(tokensFolder, id)
      const isThere = (await readToken(folder)) !== undefined
      return isThere
        ? undefined
        : `The access token of ${id} is missing: mount the Secret of its ConnectorTenant at ${folder}.`
    }),
  ])
  return found.filter(what => what !== undefined)
}

async function passwordsFault({ config, accounts, passwords }: Parts): Promise<string | undefined> {
  const hashes = await passwords.read()
  if (hashes === undefined) return `PASSWORDS_FILE, ${config.passwordsFile}, is missing: nobody can sign in.`
  const without = [...accounts.keys()].filter(name => !isHash(hashes.get(name)))
  if (without.length === 0) return undefined
  return `PASSWORDS_FILE has no hash for ${without.join(', ')}: they cannot sign in. npm run hash-password makes its lines.`
}
