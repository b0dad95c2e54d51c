import type { ServerRequest } from './sender.ts'

/** A session of the server's HTTP interface, by name. It is the account's own, and one statement at a time may use it. */
export interface Session {
  readonly id: string
  /** It ends when nobody has used it for so long. */
  readonly timeoutSeconds: number
}

export interface Setting {
  readonly session?: Session | undefined
  readonly settings?: Readonly<Record<string, string | number>>
}

/** How a request says in which session it runs, and with which settings. */
export function inSession({
  session,
  settings,
}: Setting): Pick<ServerRequest, 'clickhouse_settings' | 'session_id'> {
  const usual = { wait_end_of_query: 1, ...settings }
  if (session === undefined) return { clickhouse_settings: usual }
  return {
    session_id: session.id,
    clickhouse_settings: { ...usual, session_timeout: session.timeoutSeconds },
  }
}
