/** Recognizes what listens at a port that speaks no HTTP. It sends no credentials, only questions that do nothing. */
import net, { type LookupFunction } from 'node:net'

export type OtherProtocol = 'MySQL' | 'PostgreSQL' | 'Keeper' | 'Redis' | 'SSH' | 'SMTP'

/** PostgreSQL's question whether TLS is spoken. Who greets by himself has done so before, and Keeper hangs up. */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f])
/** Keeper and ZooKeeper say what they are. */
const serverStatus = Buffer.from('srvr')

interface Address {
  readonly hostname: string
  readonly port: number
  readonly lookup?: LookupFunction | undefined
}

/** Undefined when nothing was learnt. It lasts no longer than `signal` lets it, and never throws. */
export async function protocolAt(
  { hostname, port, lookup }: Address,
  signal: AbortSignal,
): Promise<OtherProtocol | undefined> {
  const host = hostname.replaceAll(/[[\]]/g, '')
  const address = { host, port, ...(lookup === undefined ? {} : { lookup }) }
  for (const question of [sslRequest, serverStatus]) {
    const protocol = protocolOf(await firstWords(address, question, signal))
    if (protocol !== undefined) return protocol
  }
  return undefined
}

/** @param words what came first, whether it was asked for or not */
export function protocolOf(words: Buffer): OtherProtocol | undefined {
  const text = words.toString('latin1')
  if (text === 'S' || text === 'N' || /^E\0\0.{1,2}S(ERROR|FATAL)\0/s.test(text)) return 'PostgreSQL'
  // Three bytes of length, the first packet, version 10 of the protocol or an error.
  if (words.length > 5 && words[2] === 0 && words[3] === 0 && (words[4] === 10 || words[4] === 0xff))
    return 'MySQL'
  if (/^(ClickHouse Keeper|Zookeeper) version: /.test(text)) return 'Keeper'
  if (/^-(ERR|NOAUTH|DENIED) /.test(text)) return 'Redis'
  if (text.startsWith('SSH-')) return 'SSH'
  return /^220[ -]/.test(text) ? 'SMTP' : undefined
}

const longestWords = 512

async function firstWords(
  address: net.TcpNetConnectOpts,
  question: Buffer,
  signal: AbortSignal,
): Promise<Buffer> {
  if (signal.aborted) return Buffer.alloc(0)
  return await new Promise(resolve => {
    const socket = net.connect(address)
    const end = (words: Buffer): void => {
      signal.removeEventListener('abort', nothing)
      socket.destroy()
      resolve(words.subarray(0, longestWords))
    }
    const nothing = (): void => end(Buffer.alloc(0))
    signal.addEventListener('abort', nothing, { once: true })
    socket.once('error', nothing).once('close', nothing)
    socket.once('data', end)
    socket.once('connect', () => socket.write(question))
  })
}
