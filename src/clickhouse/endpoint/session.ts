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
export function inSession({ session, settings }: Setting): ServerRequest['parameters'] {
  const usual = { wait_end_of_query: 1, ...settings }
  if (session === undefined) return usual
  return { ...usual, session_id: session.id, session_timeout: session.timeoutSeconds }
}
