/** What recipes and examples say in other tools' kinds, judged by their own definitions on a real API server. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kubectl, useLentCluster } from '../../cluster/cluster.ts'
import { applyDeploy } from '../../cluster/deploy.ts'
import type { Manifest } from '../../deploy/manifests.ts'
import { files, pageAt, root } from '../../docs/pages.ts'
import { objectsIn } from '../helm.ts'
import { definitionsOf, sources } from './definitions.ts'

useLentCluster()

const pages = files('docs/recipes', '.md').flatMap(path =>
  pageAt(path)
    .fences.filter(({ info }) => info === 'yaml')
    .map(({ text, line }) => ({ where: `${path}:${line}`, text })),
)
const examples = ['examples/gitops/argocd', 'examples/gitops/flux']
  .flatMap(folder => files(folder, '.yaml'))
  .filter(path => !path.includes('resource_customizations'))
  .map(path => ({ where: path, text: readFileSync(join(root, path), 'utf8') }))

/** Files of tools themselves have no kind. */
const said = [...pages, ...examples]
  .flatMap(({ where, text }) => objectsIn(text).map(object => ({ where, object })))
  .filter(({ object }) => object.kind !== undefined)

const namespaces = new Set(said.map(({ object }) => object.metadata?.namespace ?? 'default'))

let names: readonly string[] = []
beforeAll(async () => {
  const definitions = (await Promise.all(sources.map(definitionsOf))).flat()
  names = definitions.map(({ metadata }) => `crd/${metadata.name}`)
  await applyDeploy()
  const apply = ['apply', '--server-side', '--force-conflicts', '-f', '-']
  for (const definition of definitions) await kubectl(apply, { input: JSON.stringify(definition) })
  await kubectl(['wait', '--for=condition=Established', ...names, '--timeout=60s'])
  for (const name of namespaces)
    await kubectl(apply, {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
    })
})

// Nobody else knows of them.
afterAll(() => kubectl(['delete', '--ignore-not-found', ...names]))

const dryRun = (object: Manifest | object): Promise<string> =>
  kubectl(['create', '--dry-run=server', '--validate=strict', '-f', '-'], { input: JSON.stringify(object) })

describe('the API server takes', () => {
  test.each(
    said.map(({ where, object }) => [`${object.kind} ${object.metadata?.name}`, where, object] as const),
  )('%s of %s', async (_name, _where, object) => {
    expect(await dryRun(object)).toContain('created')
  })

  test('nothing that a tool does not know (the check itself)', async () => {
    const first = said.find(({ object }) => object.kind === 'PushSecret')
    const wrong = { ...first?.object, spec: { ...(first?.object.spec as object), updatePolciy: 'Replace' } }
    await expect(dryRun(wrong)).rejects.toThrow(/unknown field "spec.updatePolciy"/)
  })

  test('something of each of these tools', () => {
    const kinds = new Set(said.map(({ object }) => object.kind))
    for (const kind of [
      'ExternalSecret',
      'PushSecret',
      'SealedSecret',
      'Schedule',
      'Restore',
      'ClusterPolicy',
    ])
      expect(kinds, kind).toContain(kind)
    for (const kind of ['Kustomization', 'GitRepository', 'Application', 'ApplicationSet'])
      expect(kinds, kind).toContain(kind)
  })
})
