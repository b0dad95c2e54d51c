import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'

export interface Ports {
  readonly apiserver: number
  readonly etcdClient: number
  readonly etcdPeer: number
}

/**
 * The ports of the last start with this file, so that copies of the kubeconfig stay right; free ones if somebody has
 * taken them. Another program may still take a port before it is used. Then ask again with `fresh`.
 */
export async function choosePorts(file: string, options: { readonly fresh: boolean }): Promise<Ports> {
  const last = options.fresh ? undefined : await readPorts(file)
  if (last && (await reserve(Object.values(last) as number[]))) return last
  const [apiserver = 0, etcdClient = 0, etcdPeer = 0] = (await reserve([0, 0, 0])) ?? []
  const ports = { apiserver, etcdClient, etcdPeer }
  await writeFile(file, `${JSON.stringify(ports)}\n`)
  return ports
}

/** Listens on all ports at once, so that no two are the same, and lets go. Undefined when one is taken. */
async function reserve(ports: readonly number[]): Promise<readonly number[] | undefined> {
  const servers = ports.map(port => createServer().listen(port, '127.0.0.1'))
  const listening = await Promise.allSettled(servers.map(server => once(server, 'listening')))
  const free = listening.every(({ status }) => status === 'fulfilled')
  const found = free ? servers.map(server => (server.address() as AddressInfo).port) : undefined
  await Promise.all(servers.filter(server => server.listening).map(server => closeServer(server)))
  return found
}

function closeServer(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise(resolve => server.close(() => resolve()))
}

async function readPorts(file: string): Promise<Ports | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Ports
  } catch {
    return undefined
  }
}
