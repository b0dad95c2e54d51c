/** The image, by the chart, serves a tenant on a real ClickHouse. It is there before the suite, whose operators are its own. */
import manifest from '../../package.json' with { type: 'json' }
import { crdNames } from '../../src/api/kinds.ts'
import { deployFolder } from '../../src/dev/environment-files.ts'
import { connectionObjects, partnerKeyObject, tenantObject } from '../cluster/world-objects.ts'
import { administrator, endpoints, sql } from './clickhouse.ts'
import { image } from './cluster.ts'
import type { Programs } from './programs.ts'

const namespace = 'lenskeeper-system'
const tenant = { name: 'one', database: 'client_one' } as const

type Used = Pick<Programs, 'helm' | 'kubectl'>

interface Keys {
  /** Of ClickHouse’s administrator. */
  readonly password: string
  /** DataLens’s, PEM. */
  readonly dataLensKey: string
}

/** Throws what is not as it should be. Leaves nothing but the custom resource definitions, which the chart keeps. */
export async function playInstallation(programs: Used, keys: Keys): Promise<void> {
  const { helm, kubectl } = programs
  const values = ['--set', `image.repository=${image.repository},image.tag=${image.tag}`]
  const chart = deployFolder('helm/lenskeeper')
  const install = ['install', 'lenskeeper', chart, '--namespace', namespace, '--create-namespace', ...values]
  await helm([...install, '--wait', '--timeout', '180s'])
  await expectVersion(programs)
  await expectOneLeads(programs)
  await playTrial(programs, keys.password)
  await serve(programs, keys)
  await helm(['uninstall', 'lenskeeper', '--namespace', namespace, '--wait', '--timeout', '180s'])
  await kubectl(['get', 'crd', ...crdNames])
  await kubectl(['get', 'secret', `${tenant.name}-datalens`, '-n', 'tenants'])
  await kubectl(['delete', 'namespace', namespace, 'tenants', 'datalens', '--timeout=180s'])
}

async function expectVersion({ kubectl }: Used): Promise<void> {
  const command = ['--', 'lenskeeper', 'version', '-o', 'json']
  const said = await kubectl(['exec', 'deployment/lenskeeper', '-n', namespace, ...command])
  const { version } = JSON.parse(said) as { readonly version?: string }
  if (version !== manifest.version)
    throw new Error(`the image is of version ${version}, and not ${manifest.version}`)
}

async function expectOneLeads({ kubectl }: Used): Promise<void> {
  const holder = '--for=jsonpath={.spec.holderIdentity}'
  await kubectl(['wait', 'lease/lenskeeper', '-n', namespace, holder, '--timeout=60s'])
}

/** A first tenant as the README has it, on a ClickHouse that comes with it. */
async function playTrial({ kubectl }: Used, password: string): Promise<void> {
  const trial = deployFolder('trial')
  await kubectl(['apply', '-k', trial])
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'clickhouse-operator', namespace: 'datalens' },
    stringData: { username: 'lenskeeper', password },
  }
  await kubectl(['create', '-f', '-'], { input: JSON.stringify(secret) })
  const tenant = ['connectortenant/client-1234383', '-n', 'tenants']
  await kubectl(['wait', ...tenant, '--for=condition=Ready', '--timeout=600s'])
  await kubectl(['delete', '-k', trial, '--ignore-not-found', '--timeout=180s'])
}

async function serve(programs: Used, { password, dataLensKey: publicPem }: Keys): Promise<void> {
  const { kubectl } = programs
  const access = { url: endpoints[0] ?? '', endpoints, username: administrator, password }
  const objects = [
    ...['datalens', 'tenants'].map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...connectionObjects(access, { namespace: 'datalens', spec: { allowHTTP: true } }),
    partnerKeyObject('acme', {}, { version: 1, pair: { publicPem, privatePem: '' } }),
    tenantObject(tenant.name, 'tenants', { database: tenant.database }),
  ]
  const input = objects.map(object => JSON.stringify(object)).join('\n---\n')
  await kubectl(['apply', '--server-side', '-f', '-'], { input })
  const ready = ['wait', '--for=condition=Ready', '--timeout=180s']
  await kubectl([...ready, 'clickhouseconnection/default', '-n', 'datalens'])
  await kubectl([...ready, `connectortenant/${tenant.name}`, '-n', 'tenants'])
  for (const replica of endpoints.keys()) {
    const mark = `SELECT startsWith(comment, 'lenskeeper/') FROM system.databases WHERE name = '${tenant.database}'`
    await expect(programs, replica, mark)
    const right = `SELECT count() > 0 FROM system.grants WHERE user_name = 'datalens' AND database = '${tenant.database}'`
    await expect(programs, replica, right)
  }
}

async function expect(programs: Used, replica: number, query: string): Promise<void> {
  const said = await sql(programs, replica, query)
  if (said !== '1') throw new Error(`clickhouse-${replica} says "${said}", and not 1, to ${query}`)
}
