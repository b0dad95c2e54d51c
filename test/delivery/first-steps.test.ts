/** The README's first commands, as they stand there, on the files of a release: from nothing to a Ready tenant. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { releaseManifests } from '../../scripts/release/manifests.ts'
import { dataOf } from '../../src/api/core-objects.ts'
import { accountStatements } from '../../src/clickhouse/accounts/operator-account.ts'
import { deployFolder } from '../../src/dev/environment-files.ts'
import { startWorld, type World } from '../cluster/world.ts'
import { root } from '../deploy/manifests.ts'
import { pageAt } from '../docs/pages.ts'

const forever = new AbortController().signal
const readme = pageAt('README.md')

/** One that goes on in the next line is one. */
const commands = (readme.fences.find(({ text }) => text.includes('trial.yaml'))?.text ?? '')
  .replaceAll(/\\\n\s*/g, '')
  .trim()
  .split('\n')
const [removal = ''] = /kubectl delete [^`]*trial\.yaml/.exec(readme.prose) ?? []

let world: World
beforeAll(async () => {
  world = await startWorld({ own: true })
  for (const folder of ['', 'crds']) await world.kubectl(['delete', '--wait', '-k', deployFolder(folder)])
  await mkdir(releaseFolder())
  for (const [name, text] of releaseManifests(root, '9.8.7'))
    await writeFile(join(releaseFolder(), name), text.replaceAll(inCluster, world.environment.clickhouse.url))
})
afterAll(() => world?.close())

/** Where the name of the trial's Service leads in a cluster with nodes and DNS. */
const inCluster = 'http://clickhouse.datalens.svc:8123'
const releaseFolder = (): string => join(world.environment.directory, 'release')

/** As in a shell of somebody who has kubectl and the files, and nothing of this project. */
async function type(command: string): Promise<string> {
  const { kubeconfigPath, controlPlane, directory } = world.environment
  const env = {
    PATH: `${dirname(controlPlane.kubectl)}:${process.env.PATH}`,
    HOME: directory,
    KUBECONFIG: kubeconfigPath,
    RELEASE: releaseFolder(),
  }
  return (await promisify(execFile)('sh', ['-c', command], { env, cwd: directory })).stdout
}

/** What the Pod of the trial does once its Secret is there. */
async function clickHouseStarts(): Promise<void> {
  const secret = await world.secrets.get('datalens/clickhouse-operator', forever)
  const read = (name: string): string => (secret === undefined ? '' : (dataOf(secret, name) ?? ''))
  const username = read('username')
  await world.sql(`CREATE USER ${username} IDENTIFIED WITH sha256_password BY '${read('password')}'`)
  const patterns = ['client_*', 'acme_shop__*']
  const rights = { mode: 'managed', patterns, readerUser: 'datalens', username, allowDrop: false } as const
  for (const statement of accountStatements(rights)) await world.sql(statement)
}

test('five commands, none of them a build', async () => {
  expect(commands).toHaveLength(5)
  for (const command of commands) expect(command).toMatch(/^kubectl (apply|create|wait) /)
  const [crds = '', install = '', trial = '', secret = '', wait = ''] = commands
  await type(crds)
  await type(install)
  await world.startOperator()
  await type(trial)
  await type(secret)
  await clickHouseStarts()
  expect(await type(wait)).toBe('connectortenant.lenskeeper.dev/client-1234383 condition met\n')
  const made = await world.secrets.get('tenants/client-1234383-datalens', forever)
  expect(made && dataOf(made, 'token')).toMatch(/^1:1:[\w+/=]+:[\w+/=]+$/)
})

test('the samples are as the README says', async () => {
  await world.tenantIs('stranger/curious', 'False', 'NamespaceNotAllowed')
  await world.tenantIs('acme-shop/orders', 'True', 'Ready')
  await world.embedIs('portal/lobby', 'False', 'SigningKeyNotOffered')
})

test('taken away again, nothing hangs, and the operator is there', async () => {
  // In a cluster whose namespaces empty fast, what is in one is gone before its turn comes.
  await world.kubectl(['delete', 'deployment/clickhouse', '-n', 'datalens'])
  await type(removal)
  expect(await world.kubectl(['get', 'lenskeeper', '-A', '-o', 'name'])).toBe('')
  expect(await world.kubectl(['get', 'deployment', '-n', 'lenskeeper-system', '-o', 'name'])).toContain(
    'lenskeeper',
  )
})
