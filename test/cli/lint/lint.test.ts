import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { dispatch } from '../../../src/cli/frame/dispatch.ts'
import { lint } from '../../../src/cli/lint/lint.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'
import { vectorKey } from '../../vectors/token-vectors.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lenskeeper-lint-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
})

function write(name: string, text: string): void {
  mkdirSync(join(directory, name, '..'), { recursive: true })
  writeFileSync(join(directory, name), text)
}

async function run(args: readonly string[] = [directory], input = '') {
  const terminal = recordedTerminal({ input })
  const entry = { name: 'lint', summary: '', load: () => Promise.resolve(lint) }
  const code = await dispatch(['lint', ...args], [entry], terminal)
  return { code, output: terminal.output.replaceAll(`${directory}/`, ''), complaints: terminal.complaints }
}

interface Report {
  readonly files: number
  readonly objects: number
  readonly errors: number
  readonly warnings: number
  readonly findings: readonly { readonly message: string }[]
}

async function report(...args: readonly string[]): Promise<Report> {
  return JSON.parse((await run([directory, '-o', 'json', ...args])).output) as Report
}

const key = (tenants = '{namespaces: {from: All}, databases: ["client_*"]}', name = 'acme'): string => `---
apiVersion: lenskeeper.dev/v1alpha1
kind: PartnerKey
metadata: {name: ${name}, namespace: datalens}
spec:
  keyVersion: 1
  tenants: ${tenants}
`

const tenant = (name: string, database: string, more = '', namespace = 'tenants'): string => `---
apiVersion: lenskeeper.dev/v1alpha1
kind: ConnectorTenant
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  partnerKeyRef: {name: acme, namespace: datalens}
  database: ${database}
${more}`

describe('where a finding is', () => {
  test('names file, line and column of the field, and ends with 1', async () => {
    write('a/tenant.yaml', `# a comment\n${key()}${tenant('one', 'Client-1')}`)
    const { code, output } = await run()
    expect(code).toBe(1)
    expect(output).toContain(
      'a/tenant.yaml:17:3: error: ConnectorTenant tenants/one: spec.database: must be a letter or _, then letters, digits and _',
    )
    expect(output).toContain('2 objects in 1 file: 1 error, 0 warnings')
  })

  test('of what is missing, what should have held it', async () => {
    write('tenant.yaml', tenant('one', 'client_1').replace(/ {2}database.*\n/, ''))
    expect((await run()).output).toContain(
      'tenant.yaml:7:1: error: ConnectorTenant tenants/one: spec.database: is required',
    )
  })

  test('in lists of values, in JSON, in a List, and behind an alias', async () => {
    write(
      'list.yaml',
      `apiVersion: v1
kind: List
items:
- apiVersion: lenskeeper.dev/v1alpha1
  kind: ClickHouseConnection
  metadata: {name: a}
  spec:
    credentialsSecretRef: {name: op}
    endpoints:
    - https://good:8443
    - http://bad
`,
    )
    write(
      'one.json',
      '{"apiVersion":"lenskeeper.dev/v1alpha1","kind":"PartnerKey",\n "metadata":{"name":"k"},\n "spec":{"keyVersion":0}}',
    )
    write('alias.yaml', `${tenant('one', '&name 7')}  secret: {name: *name}\n`)
    const { output } = await run()
    expect(output).toContain(
      'list.yaml:9:5: error: ClickHouseConnection default/a: spec.endpoints: http:// sends',
    )
    expect(output).toContain('one.json:3:10: error: PartnerKey default/k: spec.keyVersion: must be 1 or more')
    expect(output).toContain(
      'alias.yaml:10:12: error: ConnectorTenant tenants/one: spec.secret.name: must be a text',
    )
  })

  test('as JSON for programs', async () => {
    write('tenant.yaml', tenant('one', 'client_1', '  access: Denied\n'))
    const { findings, ...totals } = await report()
    expect(totals).toEqual({ files: 1, objects: 1, errors: 1, warnings: 0 })
    expect(findings).toEqual([
      {
        file: 'tenant.yaml',
        line: 10,
        column: 3,
        severity: 'error',
        check: 'schema',
        object: 'ConnectorTenant tenants/one',
        field: 'spec.access',
        message: 'must be one of Granted, Withheld',
      },
    ])
  })
})

describe('what is read', () => {
  test('YAML as kubectl reads it: yes is true, a pair is no time of day, a date is a text', async () => {
    write('key.yaml', key().replace('tenants:', 'rollout: {paused: yes, promoted: 1:2}\n  tenants:'))
    write('tenant.yaml', tenant('one', 'client_1', '  secret: {annotations: {since: 2026-01-02}}\n'))
    expect(await report()).toMatchObject({ findings: [] })
  })

  test('a key that is there twice, and what is no YAML, where it speaks of us', async () => {
    write('twice.yaml', `${tenant('one', 'client_1')}  database: client_2\n`)
    write('kind.yaml', 'apiVersion: lenskeeper.dev/v1alpha1\nkind: {{ .Values.kind }}\n')
    write('template.yaml', '{{ if .Values.x }}\napiVersion: lenskeeper.dev/v1alpha1\n{{ end }}\n')
    write('other.yaml', '{{ if }}\nkind: Service\n')
    const { findings } = await report()
    expect(findings).toMatchObject([
      { file: 'kind.yaml', check: 'schema' },
      { file: 'template.yaml', check: 'yaml' },
      {
        file: 'twice.yaml',
        line: 10,
        check: 'yaml',
        message: expect.stringContaining('twice') as string,
      },
    ])
  })

  test('an unknown kind and an unknown version of ours', async () => {
    write('kind.yaml', tenant('one', 'client_1').replace('ConnectorTenant', 'Tenant'))
    write('version.yaml', tenant('two', 'client_2').replace('v1alpha1', 'v2'))
    const { findings } = await report()
    expect(findings.map(({ message }) => message)).toEqual([
      'lenskeeper.dev has no kind of this name; it has ClickHouseConnection, PartnerKey, ConnectorTenant, SecureEmbed',
      'is not a version that there is; write lenskeeper.dev/v1alpha1',
    ])
  })

  test('standard input, and no status', async () => {
    const { code, output } = await run(['-'], `${key()}${tenant('one', 'client_1')}status: {anything: 1}\n`)
    expect(output).toBe('2 objects in 1 file: 0 errors, 0 warnings\n')
    expect(code).toBe(0)
  })

  test.each([
    ['nothing', [], /which files/],
    ['a folder that is not there', ['/no/such/folder'], /no such file or folder/],
    ['no object of ours', ['-'], /no object of lenskeeper.dev/],
    ['an unknown format', ['-o', 'wide', '-'], /it takes table, json or yaml/],
  ] as const)('wrong use: %s', async (_name, args, says) => {
    const { code, complaints } = await run([...args], 'kind: Service\n')
    expect(code).toBe(2)
    expect(complaints).toMatch(says)
  })
})

describe('policies of keys', () => {
  test.each([
    [
      'a namespace',
      '{}',
      tenant('one', 'client_1'),
      'metadata.namespace',
      /lets no tenants of namespace "tenants"/,
    ],
    [
      'a name',
      undefined,
      tenant('one', 'other_1'),
      'spec.database',
      /does not let tenants of namespace "tenants" use/,
    ],
    [
      'Drop',
      undefined,
      tenant('one', 'client_1', '  deletionPolicy: Drop\n  confirmDrop: client_1\n'),
      'spec.deletionPolicy',
      /does not allow/,
    ],
    [
      'a name that is assigned to another',
      '{namespaces: {from: All}, databases: ["*"], assignments: [{database: client_1, namespace: a, name: b}]}',
      tenant('one', 'client_1'),
      'spec.database',
      /assigns database "client_1" to a\/b/,
    ],
  ])('%s', async (_name, policy, yaml, field, says) => {
    write('all.yaml', key(policy) + yaml)
    const { findings } = await report()
    expect(findings).toMatchObject([
      { field, severity: 'error', message: expect.stringMatching(says) as string },
    ])
  })

  test('a selector counts where the Namespace is among the files, and is a warning elsewhere', async () => {
    write(
      'key.yaml',
      key('{namespaces: {from: Selector, selector: {matchLabels: {team: a}}}, databases: ["*"]}'),
    )
    write('tenant.yaml', tenant('one', 'client_1'))
    expect((await report()).findings).toMatchObject([{ severity: 'warning', field: 'metadata.namespace' }])
    expect((await run()).code).toBe(0)
    expect((await run([directory, '--strict'])).code).toBe(1)
    write('namespace.yaml', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: tenants, labels: {team: b}}\n')
    expect((await report()).findings).toMatchObject([{ severity: 'error', field: 'metadata.namespace' }])
    write('namespace.yaml', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: tenants, labels: {team: a}}\n')
    expect((await report()).findings).toEqual([])
  })

  test('a PartnerKey that is not there is a warning', async () => {
    write('tenant.yaml', tenant('one', 'client_1'))
    expect((await report()).findings).toMatchObject([{ severity: 'warning', field: 'spec.partnerKeyRef' }])
  })

  test('prefixes of Secret metadata, where the operator’s flag is given', async () => {
    write('all.yaml', `${key()}${tenant('one', 'client_1', '  secret: {labels: {acme.example/team: a}}\n')}`)
    expect((await report()).findings).toEqual([])
    expect((await report('--secret-metadata-prefixes', 'acme.example/')).findings).toEqual([])
    // None at all, as the operator takes it.
    expect((await report('--secret-metadata-prefixes', '')).findings).toMatchObject([
      { field: 'spec.secret' },
    ])
    expect((await report('--secret-metadata-prefixes', 'other/')).findings).toMatchObject([
      { field: 'spec.secret' },
    ])
  })

  test('a public key that nobody could use', async () => {
    const broken = '-----BEGIN PUBLIC KEY-----\\nMIIB\\n-----END PUBLIC KEY-----'
    const good = JSON.stringify(vectorKey('dataLensKeys', 1).publicPem)
    write(
      'key.yaml',
      key().replace('keyVersion: 1', `keyVersion: 1\n  dataLens: {keyVersion: 1, publicKey: "${broken}"}`),
    )
    expect((await report()).findings).toMatchObject([{ check: 'key', field: 'spec.dataLens.publicKey' }])
    write(
      'key.yaml',
      key().replace('keyVersion: 1', `keyVersion: 1\n  dataLens: {keyVersion: 1, publicKey: ${good}}`),
    )
    expect((await report()).findings).toEqual([])
  })
})

describe('one database claimed twice', () => {
  test('by tenants of one key, and of two keys on one connection', async () => {
    write('key.yaml', key() + key(undefined, 'other'))
    write('one.yaml', tenant('one', 'client_1'))
    write('two.yaml', tenant('two', 'client_1').replace('name: acme', 'name: other'))
    const { findings } = await report()
    expect(findings).toMatchObject([
      {
        file: 'two.yaml',
        line: 9,
        check: 'claim',
        message: expect.stringContaining('tenants/one') as string,
      },
    ])
  })

  test('not by tenants of different connections, nor by one that is refused', async () => {
    const elsewhere = key(undefined, 'other').replace(
      'keyVersion: 1',
      'keyVersion: 1\n  connectionRef: {name: b}',
    )
    write('key.yaml', key() + elsewhere)
    write('one.yaml', tenant('one', 'client_1'))
    write('two.yaml', tenant('two', 'client_1').replace('name: acme', 'name: other'))
    expect((await report()).findings).toEqual([])
    write('key.yaml', key() + key('{}', 'other'))
    expect((await report()).findings).toMatchObject([{ check: 'policy' }])
  })

  test('the same object twice is a warning', async () => {
    write('a.yaml', key() + tenant('one', 'client_1'))
    write('b.yaml', tenant('one', 'client_1'))
    expect((await report()).findings).toMatchObject([{ severity: 'warning', field: 'metadata.name' }])
  })
})
