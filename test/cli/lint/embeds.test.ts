import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { dispatch } from '../../../src/cli/frame/dispatch.ts'
import type { Finding } from '../../../src/cli/lint/finding.ts'
import { lint } from '../../../src/cli/lint/lint.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lenskeeper-lint-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
})

function write(name: string, text: string): void {
  mkdirSync(join(directory, name, '..'), { recursive: true })
  writeFileSync(join(directory, name), text)
}

async function findings(input = ''): Promise<readonly Finding[]> {
  const terminal = recordedTerminal({ input })
  const entry = { name: 'lint', summary: '', load: () => Promise.resolve(lint) }
  await dispatch(['lint', input === '' ? directory : '-', '-o', 'json'], [entry], terminal)
  expect(terminal.complaints).toBe('')
  return (JSON.parse(terminal.output) as { readonly findings: readonly Finding[] }).findings
}

const embed = (name = 'lobby', more = '', namespace = 'portal'): string => `---
apiVersion: lenskeeper.dev/v1alpha1
kind: SecureEmbed
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  platform: Yandex
  kind: Dashboard
  embedId: pgx4ekt5dj3u1
  signingKeySecretRef: {name: signing-key}
${more}`

/** In JSON, which is YAML too. */
const yaml = (object: object): string => `---\n${JSON.stringify(object, null, 2)}\n`

type Fields = Readonly<Record<string, unknown>>

interface PodParts {
  readonly container?: Fields
  readonly volumes?: readonly Fields[]
}

const pod = ({ container = {}, volumes = [] }: PodParts) => ({
  containers: [{ name: 'sidecar' }, { name: 'page', ...container }],
  volumes,
})

const metadata = { name: 'page', namespace: 'portal' }

const deployment = (parts: PodParts): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: { template: { spec: pod(parts) } },
})

const fromKey = (name: string): Fields => ({
  env: [
    { name: 'A', value: 'b' },
    { name: 'LINK', valueFrom: { secretKeyRef: { name, key: 'url' } } },
  ],
})

const volume: Fields = { name: 'link', secret: { secretName: 'lobby-embed' } }
const projected: Fields = {
  name: 'link',
  projected: { sources: [{ configMap: { name: 'x' } }, { secret: { name: 'lobby-embed' } }] },
}
const mount = (more: Fields): Fields => ({ volumeMounts: [{ name: 'link', mountPath: '/link', ...more }] })

describe('a container that takes a link once', () => {
  const container = 'spec.template.spec.containers[1]'

  test.each<[string, PodParts, string]>([
    ['by env', { container: fromKey('lobby-embed') }, `${container}.env[1].valueFrom.secretKeyRef.name`],
    [
      'by envFrom',
      { container: { envFrom: [{ secretRef: { name: 'lobby-embed' } }] } },
      `${container}.envFrom[0].secretRef.name`,
    ],
    [
      'by subPath',
      { container: mount({ subPath: 'url' }), volumes: [volume] },
      `${container}.volumeMounts[0].subPath`,
    ],
    [
      'by subPathExpr',
      { container: mount({ subPathExpr: '$(FILE)' }), volumes: [volume] },
      `${container}.volumeMounts[0].subPathExpr`,
    ],
    [
      'by subPath of a projected volume',
      { container: mount({ subPath: 'url' }), volumes: [projected] },
      `${container}.volumeMounts[0].subPath`,
    ],
  ])('%s', async (_, parts, field) => {
    write('embed.yaml', embed())
    write('other/page.yaml', yaml(deployment(parts)))
    expect(await findings()).toMatchObject([
      {
        file: join(directory, 'other/page.yaml'),
        severity: 'error',
        check: 'stale',
        object: 'Deployment portal/page',
        field,
        message: expect.stringMatching(
          /^takes the link of SecureEmbed portal\/lobby by .*: mount the Secret as a volume without subPath/,
        ) as string,
      },
    ])
  })

  test.each<[string, PodParts]>([
    ['a volume', { container: mount({}), volumes: [volume] }],
    ['a projected volume', { container: mount({ subPath: '' }), volumes: [projected] }],
    ['another Secret', { container: fromKey('lobby-embedding') }],
    [
      'subPath of another volume',
      { container: mount({ subPath: 'url' }), volumes: [{ ...volume, name: 'x' }] },
    ],
  ])('not by %s', async (_, parts) => {
    write('all.yaml', embed() + yaml(deployment(parts)))
    expect(await findings()).toEqual([])
  })

  const template = { template: { spec: pod({ container: fromKey('lobby-embed') }) } }

  test.each<[string, string, object, 'error' | 'warning']>([
    ['apps/v1', 'StatefulSet', template, 'error'],
    ['apps/v1', 'DaemonSet', template, 'error'],
    ['apps/v1', 'ReplicaSet', template, 'error'],
    ['v1', 'Pod', template.template.spec, 'error'],
    ['batch/v1', 'Job', template, 'warning'],
    ['batch/v1', 'CronJob', { jobTemplate: { spec: template } }, 'warning'],
  ])('%s %s', async (apiVersion, kind, spec, severity) => {
    write('embed.yaml', embed())
    write('page.yaml', yaml({ apiVersion, kind, metadata, spec }))
    expect(await findings()).toMatchObject([{ severity, check: 'stale', object: `${kind} portal/page` }])
  })

  test('also before the others start', async () => {
    const spec = { initContainers: [fromKey('lobby-embed')], containers: [] }
    write('all.yaml', embed() + yaml({ apiVersion: 'v1', kind: 'Pod', metadata, spec }))
    expect(await findings()).toMatchObject([
      { field: 'spec.initContainers[0].env[1].valueFrom.secretKeyRef.name' },
    ])
  })

  test('under the name that the embed gives its Secret, and no more under the default one', async () => {
    write('embed.yaml', embed('lobby', '  secret: {name: given}\n'))
    write('a.yaml', yaml(deployment({ container: fromKey('given') })))
    write('b.yaml', yaml(deployment({ container: fromKey('lobby-embed') })))
    expect(await findings()).toMatchObject([{ file: join(directory, 'a.yaml') }])
  })

  test('only of its own namespace; without one, of the default', async () => {
    write('embed.yaml', embed('lobby', '', 'elsewhere'))
    write('page.yaml', yaml(deployment({ container: fromKey('lobby-embed') })))
    expect(await findings()).toEqual([])
    const unplaced = `${embed()}${yaml(deployment({ container: fromKey('lobby-embed') }))}`
    const input = unplaced.replace(', namespace: portal', '').replace(/,\n\s*"namespace": "portal"/, '')
    expect(await findings(input)).toMatchObject([{ object: 'Deployment default/page' }])
  })

  test('found at its line, in a List and behind an alias', async () => {
    write(
      'all.yaml',
      `${embed()}---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: page, namespace: portal}
  spec:
    containers:
    - &first
      envFrom: [{secretRef: {name: lobby-embed}}]
    - *first
`,
    )
    expect(await findings()).toMatchObject([
      { line: 20, field: 'spec.containers[0].envFrom[0].secretRef.name' },
      { line: 20, field: 'spec.containers[1].envFrom[0].secretRef.name' },
    ])
  })
})

describe('what is not ours', () => {
  test.each([
    [
      'a workload that nobody checked',
      { spec: { template: { spec: { containers: ['lobby-embed', null] } } } },
    ],
    ['one without a spec', { spec: 'lobby-embed' }],
  ])('%s', async (_, more) => {
    write('embed.yaml', embed())
    write('page.yaml', yaml({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, ...more }))
    expect(await findings()).toEqual([])
  })

  test('a kind of somebody else that has the same name', async () => {
    write('embed.yaml', embed())
    const ours = deployment({ container: fromKey('lobby-embed') })
    write('page.yaml', yaml({ ...ours, apiVersion: 'example.com/v1' }))
    expect(await findings()).toEqual([])
  })

  test('a template that is no YAML', async () => {
    write('embed.yaml', embed())
    write('page.yaml', '{{ if .Values.lobby-embed }}\n\t- x')
    expect(await findings()).toEqual([])
  })
})

describe('one Secret of two embeds', () => {
  test('is found at the second', async () => {
    write('a.yaml', embed())
    write('b.yaml', embed('other', '  secret: {name: lobby-embed}\n'))
    expect(await findings()).toMatchObject([
      {
        file: join(directory, 'b.yaml'),
        line: 10,
        check: 'claim',
        object: 'SecureEmbed portal/other',
        field: 'spec.secret.name',
        message: expect.stringContaining(`portal/lobby too (${directory}/a.yaml:2)`) as string,
      },
    ])
  })

  test('not in two namespaces', async () => {
    write('a.yaml', embed() + embed('lobby', '', 'elsewhere'))
    expect(await findings()).toEqual([])
  })
})

describe('a signing key', () => {
  const key = (labels: object | undefined, more: object = {}): string =>
    yaml({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'signing-key', namespace: 'portal', ...(labels && { labels }), ...more },
      stringData: { 'private.pem': 'not to be shown' },
    })

  test.each([
    ['without labels', undefined],
    ['with the label for something else', { 'lenskeeper.dev/use': 'other' }],
  ])('%s is not offered', async (_, labels) => {
    write('embed.yaml', embed())
    write('key.yaml', key(labels))
    const found = await findings()
    expect(found).toMatchObject([
      {
        file: join(directory, 'key.yaml'),
        check: 'key',
        object: 'Secret portal/signing-key',
        field: 'metadata.labels',
        message: expect.stringContaining('give it the label lenskeeper.dev/use: embed-signing') as string,
      },
    ])
    expect(JSON.stringify(found)).not.toContain('not to be shown')
  })

  test.each([
    ['that is offered', key({ 'lenskeeper.dev/use': 'embed-signing' })],
    ['of another namespace', key(undefined, { namespace: 'elsewhere' })],
    ['that no embed names', key(undefined, { name: 'signing-key-of-others' })],
  ])('%s is no finding', async (_, text) => {
    write('all.yaml', embed() + text)
    expect(await findings()).toEqual([])
  })
})
