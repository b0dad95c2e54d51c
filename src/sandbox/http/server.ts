import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { systemClock, type Clock } from '../../core/clock.ts'
import { CodedError } from '../../core/errors.ts'
import type { Connector } from '../connector/connector.ts'
import type { Content } from '../content/model.ts'
import { DataBackend } from '../data/backend.ts'
import type { SwitchValues } from '../embed/switches.ts'
import { Catalog } from '../state/catalog.ts'
import { Embeds } from '../state/embeds.ts'
import { Switchboard } from '../state/switchboard.ts'
import { Trace } from '../trace/trace.ts'
import { sandboxApp } from './app.ts'
import { bundlePages } from './bundle.ts'
import type { SandboxParts } from './parts.ts'

export interface SandboxOptions {
  readonly content: Content
  /** Partners by name, at least one; each with its ClickHouse. */
  readonly connectors: ReadonlyMap<string, Connector>
  /** 0: a free one. */
  readonly port: number
  readonly switches?: SwitchValues
  readonly clock?: Clock
}

export interface Sandbox {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly parts: SandboxParts
  close(): Promise<void>
}

export class SandboxError extends CodedError<'port-taken' | 'cannot-listen'> {}

/** The only address it listens on: it gives rows and private keys to whoever asks. */
const host = '127.0.0.1'

/** A token of 30 KB in an address, with 100 KB of parameters. */
const longestHeader = 262_144

/** @throws SandboxError when it cannot listen */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const parts = partsOf(options)
  const answer = getRequestListener(sandboxApp(parts, await bundlePages()).fetch)
  const server = createServer(
    { maxHeaderSize: longestHeader },
    (request, response) => void answer(request, response),
  )
  try {
    await listen(server, options.port)
  } catch (error) {
    await parts.catalog.close()
    throw refusedPort(error, options.port)
  }
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${host}:${port}`,
    parts,
    close: async () => {
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      await parts.catalog.close()
    },
  }
}

function partsOf({ content, connectors, switches, clock = systemClock }: SandboxOptions): SandboxParts {
  const catalog = new Catalog(content)
  const embeds = new Embeds(clock)
  const switchboard = new Switchboard(switches)
  const [first] = connectors.values()
  for (const { id, database } of content.connections)
    if (database !== undefined && first !== undefined) catalog.bind(id, first.open(database))
  const backend = new DataBackend({ catalog, lookup: embeds, switchboard, clock })
  return { content, catalog, embeds, backend, switchboard, trace: new Trace(), connectors, clock }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
}

function refusedPort(error: unknown, port: number): SandboxError {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    return new SandboxError('port-taken', `port ${port} is taken; choose another, or 0 for a free one`)
  return new SandboxError('cannot-listen', `the sandbox cannot listen on ${host}:${port}: ${code}`)
}
