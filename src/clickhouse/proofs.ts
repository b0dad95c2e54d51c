import type { Server } from './server.ts'

/**
 * Whether a database still has, on each of these endpoints, the comment that a decision rests on. The server knows no
 * "only if the comment is still this", so ask right before the statement.
 *
 * @param at.expected comment by the URL of an endpoint
 * @throws ClickHouseError
 */
export async function hasComments(
  server: Pick<Server, 'readDatabase'>,
  at: { readonly database: string; readonly expected: ReadonlyMap<string, string> },
  signal: AbortSignal,
): Promise<boolean> {
  const found = [...at.expected].map(async ([url, comment]) => {
    const view = await server.readDatabase(url, at.database, signal)
    return view?.comment === comment
  })
  return (await Promise.all(found)).every(Boolean)
}
