/** What the portal has to be given, and does without meanwhile. For whoever runs it. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { readToken } from './mounted-token.ts'
import type { Parts } from './parts.ts'

export async function missingFrom({ config, embeds }: Parts): Promise<readonly string[]> {
  const { passwordsFile, tokensFolder, tenants } = config
  const found = await Promise.all([
    passwordsFile === undefined
      ? undefined
      : access(passwordsFile).then(
          () => undefined,
          () => `PASSWORDS_FILE, ${passwordsFile}, is missing: nobody can sign in.`,
        ),
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
