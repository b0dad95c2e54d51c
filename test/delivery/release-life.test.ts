/** The chart on a real API server, by the real Helm: whatever becomes of a release, tenants keep what they have. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'
import { chart, openHelm, valuesFlags, type Helm } from './helm.ts'

const release = 'lenskeeper'
const where = ['--namespace', 'lenskeeper-system']
const image = { 'image.repository': 'registry.example/lenskeeper' }

let world: World
let helm: Helm
let operator: RunningOperator
let former = ''

beforeAll(async () => {
  world = await startWorld({ own: true })
  helm = await openHelm(world.environment.kubeconfigPath)
  former = await formerChart()
  await world.connect()
  await world.apply(
    world.partnerKey('acme', { tenants: { namespaces: { from: 'All' }, databases: ['client_*'] } }),
  )
  await world.namespace('tenants')
  operator = await world.startOperator()
  await world.apply(world.tenant('first', { database: 'client_first' }, 'tenants'))
  await world.tenantIs('tenants/first', 'True', 'Ready')
})
afterAll(async () => {
  await helm?.close()
  await world?.close()
  if (former !== '') await rm(former, { recursive: true })
})

/** The chart as a release before this one may have been: another version and image, and a CRD with a column less. */
async function formerChart(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-former-chart-'))
  await cp(chart, folder, { recursive: true })
  const edit = async (path: string, change: (text: string) => string): Promise<void> => {
    const before = await readFile(join(folder, path), 'utf8')
    const after = change(before)
    expect(after, path).not.toBe(before)
    await writeFile(join(folder, path), after)
  }
  await edit('Chart.yaml', text => text.replaceAll(/^(version|appVersion): .*$/gm, '$1: 0.0.1'))
  await edit('templates/crds/connectortenants.yaml', text =>
    text.replace(/^ {6}additionalPrinterColumns:\n(?: {8}.*\n)+/m, ''),
  )
  return folder
}

/** All that a tenant has, and who it is: a new object of the same name would have another uid. */
async function belongings(): Promise<object> {
  const [tenant, secret, key] = await Promise.all([
    world.kubectl(['get', 'ctenant', 'first', '-n', 'tenants', '-o', 'jsonpath={.metadata.uid}']),
    world.kubectl([
      'get',
      'secret',
      'first-datalens',
      '-n',
      'tenants',
      '-o',
      'jsonpath={.metadata.uid} {.data.token}',
    ]),
    world.kubectl(['get', 'secret', 'acme-partner-v1', '-n', 'datalens', '-o', 'jsonpath={.metadata.uid}']),
  ])
  const [marks, grants] = await Promise.all([world.marks(), world.grants()])
  return { tenant, secret, key, marks, grants }
}

const deployed = (): Promise<string> =>
  world.kubectl([
    'get',
    'deployment',
    ...where,
    '--ignore-not-found',
    '-o',
    'jsonpath={.items[*].spec.template.spec.containers[0].image}',
  ])

const columns = (): Promise<string> =>
  world.kubectl([
    'get',
    'crd',
    'connectortenants.lenskeeper.dev',
    '-o',
    'jsonpath={.spec.versions[0].additionalPrinterColumns[*].name}',
  ])

/** The operator anew, under the account that is there now; then the tenant is looked at anew. */
async function restarted(): Promise<void> {
  await operator.stop()
  operator = await world.startOperator()
  await world.tenantIs('tenants/first', 'True', 'Ready')
}

test('it takes over what kustomize installed', async () => {
  const before = await belongings()
  await expect(helm.run(['install', release, chart, ...where])).rejects.toThrow(/invalid ownership metadata/)
  await helm.run(['install', release, chart, ...where, '--take-ownership', ...valuesFlags(image)])
  expect(await deployed()).toMatch(/^registry\.example\/lenskeeper:/)
  await restarted()
  expect(await belongings()).toEqual(before)
})

test('uninstalled, it leaves the CRDs, and all that is a tenant’s', async () => {
  const before = await belongings()
  await operator.stop()
  const said = await helm.run(['uninstall', release, ...where])
  expect(said).toContain('[CustomResourceDefinition] connectortenants.lenskeeper.dev')
  expect(await deployed()).toBe('')
  expect(await world.kubectl(['get', 'clusterrole,validatingadmissionpolicy', '-o', 'name'])).not.toContain(
    'lenskeeper',
  )
  expect(await belongings()).toEqual(before)
})

test('it comes back over the CRDs that were left, and is upgraded from the former chart, CRDs included', async () => {
  const before = await belongings()
  await helm.run(['install', release, former, ...where, ...valuesFlags(image)])
  expect([await deployed(), await columns()]).toEqual(['registry.example/lenskeeper:0.0.1', ''])
  await restarted()
  await helm.run(['upgrade', release, chart, ...where, ...valuesFlags(image)])
  expect(await deployed()).toMatch(/^registry\.example\/lenskeeper:(?!0\.0\.1$)/)
  expect(await columns()).toContain('Ready')
  await restarted()
  expect(await belongings()).toEqual(before)
})

test('a new tenant is served under what the chart installed, whose policies hold', async () => {
  await world.apply(world.tenant('second', { database: 'client_second' }, 'tenants'))
  await world.tenantIs('tenants/second', 'True', 'Ready')
  await expect(world.kubectl(['delete', 'partnerkey', 'acme', '-n', 'datalens'])).rejects.toThrow(
    /confirm-deletion/,
  )
})

test('no longer asked for the CRDs, it leaves them; asked again, it has them', async () => {
  const before = await belongings()
  await helm.run(['upgrade', release, chart, ...where, ...valuesFlags({ ...image, 'crds.enabled': false })])
  expect(await helm.run(['get', 'manifest', release, ...where])).not.toContain(
    'kind: CustomResourceDefinition',
  )
  expect(await belongings()).toEqual(before)
  await helm.run(['upgrade', release, chart, ...where, ...valuesFlags(image)])
  expect(await belongings()).toEqual(before)
})

test('rolled back, it is as it was', async () => {
  const before = await belongings()
  await helm.run(['rollback', release, '1', ...where])
  expect(await deployed()).toBe('registry.example/lenskeeper:0.0.1')
  expect(await belongings()).toEqual(before)
})
