import { ScriptedServer } from '../../../proxies/scripted-server.ts'

/**
 * Answers a look as if it were the server with this uuid, with no databases, and takes any statement. Whoever asks for
 * one database waits for ever.
 *
 * @param now what it says the time is, in milliseconds since the epoch
 */
export async function startLiar(uuid: string, now: number): Promise<ScriptedServer> {
  const answers: readonly (readonly [RegExp, readonly unknown[]])[] = [
    [/^SELECT version\(\)/, ['26.7.1.1', [['local', 'local_directory']], ['local'], String(now), uuid]],
    [/^SELECT '' AS name.* FROM system\.databases FORMAT/, ['', uuid, '', '']],
    [/^SELECT toString\(serverUUID\(\)\)/, [uuid]],
  ]
  return await ScriptedServer.start(({ body }, response) => {
    response.setHeader('x-clickhouse-server-display-name', 'liar')
    const row = answers.find(([asked]) => asked.test(body))?.[1]
    if (row !== undefined) response.end(`${JSON.stringify(row)}\n`)
    else if (!/ FROM system\.databases WHERE name = /.test(body)) response.end()
  })
}
