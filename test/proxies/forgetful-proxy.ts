/** A TLS proxy whose lists of tenants leave some out, as a stale cache does. Everything else passes. */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Upstream } from './fault-proxy-upstream.ts'
import { makeTestCertificate } from './test-certificate.ts'
import type { World } from '../cluster/world.ts'

const forever = new AbortController().signal

export interface ForgetfulProxy {
  readonly kubeconfigPath: string
  /** How often tenants were listed with some left out. */
  readonly forgotten: () => number
  close(): Promise<void>
}

/** @param hidden whether lists leave out the tenant `namespace/name`; single reads always tell the truth */
export async function startForgetfulProxy(
  world: World,
  hidden: (tenant: string) => boolean,
): Promise<ForgetfulProxy> {
  const { certPem, keyPem } = makeTestCertificate('lenskeeper forgetful proxy')
  const server = createServer({ cert: certPem, key: keyPem, keepAliveTimeout: 60_000, requestTimeout: 0 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const upstream = await Upstream.fromKubeconfig(await world.operatorKubeconfig())
  const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-forgetful-'))
  const kubeconfigPath = join(directory, 'kubeconfig')
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  await writeFile(kubeconfigPath, upstream.kubeconfigFor(url, certPem), { mode: 0o600 })
  let lists = 0
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    const isList = request.method === 'GET' && pathname.endsWith('/connectortenants')
    if (!isList || searchParams.has('watch')) {
      upstream.forward(request, response, 'whole')
      return
    }
    void listWithout(world, hidden).then(body => {
      lists += 1
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  return {
    kubeconfigPath,
    forgotten: () => lists,
    async close() {
      server.closeAllConnections()
      server.close()
      upstream.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function listWithout(world: World, hidden: (tenant: string) => boolean): Promise<object> {
  const { items, resourceVersion } = await world.tenants.listWatch().list({ limit: 5000 }, forever)
  const kept = items.filter(({ metadata }) => !hidden(`${metadata.namespace}/${metadata.name}`))
  return {
    apiVersion: 'lenskeeper.dev/v1alpha1',
    kind: 'ConnectorTenantList',
    metadata: { resourceVersion },
    items: kept,
  }
}
