/** What the portal shows of DataLens: a dashboard with links of each viewer, and the lobby's with a link for all. */
import { embedder, EmbedError, keyFile, sharedLink } from '@lenskeeper/embed'
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from './config.ts'
import type { Tenant } from './tenants.ts'

/** Whose dashboard a viewer sees; `null` for one who is not logged in, `'denied'` for one who may see none. */
export type Verdict = Tenant | 'denied' | null

/** Answers what `<lens-embed>` asks. */
export type Endpoint = (request: FastifyRequest['raw'], response: FastifyReply['raw']) => Promise<void>

export interface Embeds {
  /** `undefined` while nobody has said which embed it is. */
  dashboard(verdict: Verdict): Endpoint | undefined
  lobby(isAllowed: boolean): Endpoint
  /** Why a tenant has no dashboard now; `undefined` when it has. */
  dashboardFault(tenant: Tenant): Promise<string | undefined>
  lobbyFault(): Promise<string | undefined>
}

/** Throws an Error for settings that can never give a link. It names the variable that was set. */
export function embedsOf(config: Config, log: FastifyBaseLogger): Embeds {
  // The library's messages are for developers: they hold no key, no token and no value.
  const onError = (error: unknown): void => log.error({ code: codeOf(error) }, messageOf(error))
  const lobby = sharedLink(config.lobbyFolder, { onError })
  const dashboards = new Map(config.tenants.map(tenant => [tenant.id, dashboardOf(tenant, config, onError)]))
  const [first] = dashboards.values()
  return {
    dashboard(verdict) {
      if (verdict === null || verdict === 'denied') return first?.embedder?.nodeEndpoint(() => verdict)
      return dashboards.get(verdict.id)?.embedder?.nodeEndpoint(() => verdict.params)
    },
    async dashboardFault({ id }) {
      const { key, embedder } = dashboards.get(id) ?? {}
      if (key === undefined || embedder === undefined)
        return 'EMBED_ID is not set: give it the id that DataLens shows for the embed.'
      return await faultOf(key.current())
    },
    lobby: isAllowed => lobby.nodeEndpoint(() => isAllowed),
    lobbyFault: () => faultOf(lobby.current()),
  }
}

function dashboardOf(tenant: Tenant, { dashboard, dataLensUrl }: Config, onError: (error: unknown) => void) {
  const { embedId = dashboard.embedId, keyFile: path = dashboard.keyFile, params } = tenant
  if (embedId === undefined) return { key: undefined, embedder: undefined }
  const key = keyFile(path)
  try {
    return {
      key,
      embedder: embedder<string>({
        platform: 'Yandex',
        kind: dashboard.kind,
        embedId,
        key,
        lifetime: dashboard.lifetime,
        baseUrl: dataLensUrl.origin,
        // Without one of these nothing is signed: a link without it would show everybody's rows.
        required: Object.keys(params),
        display: { lang: 'en' },
        onError,
      }),
    }
  } catch (error) {
    throw new Error(`${settingOf(tenant, error)}: ${messageOf(error)}`, { cause: error })
  }
}

/** Where the option was set that the library does not take; it knows its own names alone. */
function settingOf({ id, embedId }: Tenant, error: unknown): string {
  if (codeOf(error) === 'EMBED_LIFETIME') return 'LINK_LIFETIME'
  return embedId === undefined ? 'EMBED_ID' : `TENANTS_FILE, tenant ${id}`
}

async function faultOf(attempt: Promise<unknown>): Promise<string | undefined> {
  return await attempt.then(() => undefined, messageOf)
}

function messageOf(error: unknown): string {
  return error instanceof EmbedError ? error.message : 'The reason is unknown.'
}

function codeOf(error: unknown): string {
  return error instanceof EmbedError ? error.code : 'UNKNOWN'
}
