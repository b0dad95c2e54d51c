/** What the portal shows of DataLens: a dashboard with links of each viewer, and the lobby's with a link for all. */
import { embedder, EmbedError, keyFile, sharedLink } from '@lenskeeper/embed'
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from './config.ts'

/** What is signed for a viewer; `null` for one who is not logged in, `'denied'` for one who may not see it. */
export type Verdict = Readonly<Record<string, string>> | 'denied' | null

/** Answers what `<lens-embed>` asks. */
export type Endpoint = (request: FastifyRequest['raw'], response: FastifyReply['raw']) => Promise<void>

export interface Embeds {
  /** `undefined` while nobody has said which embed it is. */
  dashboard(viewer: () => Verdict): Endpoint | undefined
  lobby(isAllowed: () => boolean): Endpoint
  /** Why there is no dashboard now; `undefined` when there is. */
  dashboardFault(): Promise<string | undefined>
  lobbyFault(): Promise<string | undefined>
}

/** Throws an EmbedError for settings that can never give a link. */
export function embedsOf(
  { dashboard, dataLensUrl, lobbyFolder, tenants }: Config,
  log: FastifyBaseLogger,
): Embeds {
  const key = keyFile(dashboard.keyFile)
  // The library's messages are for developers: they hold no key, no token and no value.
  const onError = (error: unknown): void => log.error({ code: codeOf(error) }, messageOf(error))
  const { embedId, kind, lifetime } = dashboard
  const perViewer =
    embedId === undefined
      ? undefined
      : embedder<string>({
          platform: 'Yandex',
          kind,
          embedId,
          key,
          lifetime,
          baseUrl: dataLensUrl.origin,
          // Without one of these nothing is signed: a link without it would show everybody's rows.
          required: Object.keys(tenants[0]?.params ?? {}),
          display: { lang: 'en' },
          onError,
        })
  const lobby = sharedLink(lobbyFolder, { onError })
  return {
    dashboard: viewer => perViewer?.nodeEndpoint(viewer),
    lobby: isAllowed => lobby.nodeEndpoint(isAllowed),
    dashboardFault: async () =>
      perViewer === undefined
        ? 'EMBED_ID is not set: give it the id that DataLens shows for the embed.'
        : await faultOf(key.current()),
    lobbyFault: () => faultOf(lobby.current()),
  }
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
