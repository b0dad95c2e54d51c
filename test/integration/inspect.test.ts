/** The commands that look at a running installation, on real parts and with the operator beside them. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { dataOf } from '../../src/api/core-objects.ts'
import type { Terminal } from '../../src/cli/frame/command.ts'
import { dispatch } from '../../src/cli/frame/dispatch.ts'
import { check } from '../../src/cli/server/check.ts'
import { report } from '../../src/cli/report/report.ts'
import { explain } from '../../src/cli/state/explain.ts'
import { orphans } from '../../src/cli/server/orphans.ts'
import { sql } from '../../src/cli/server/sql.ts'
import { status } from '../../src/cli/state/status.ts'
import { token } from '../../src/cli/token/inspect.ts'
import { kubeconfig as kubeconfigText } from '../../src/dev/control-plane/files.ts'
import { eventually } from '../time/eventually.ts'
import { newSigningKey } from '../builders/embed.ts'
import { recordedTerminal } from '../builders/recorded-terminal.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'
import { metricOf } from '../watchers/operator-metrics.ts'

const forever = new AbortController().signal
const commands = [status, explain, token, check, orphans, sql, report].map(command => ({
  name: command.name,
  summary: '',
  load: () => Promise.resolve(command),
}))

let world: World
let operator: RunningOperator

beforeAll(async () => {
  world = await startWorld()
  operator = await world.startOperator()
  await world.connect({ sweep: { grace: '168h', limit: 1000 } })
  await world.apply(
    world.partnerKey('acme', {
      tenants: { namespaces: { from: 'All' }, databases: ['client_*'], allowDrop: true },
    }),
  )
  await world.namespace('tenants')
  await world.apply(
    world.tenant('one', { database: 'client_one' }),
    world.tenant('two', { database: 'client_two' }),
    world.tenant('wrong', { database: 'other' }),
  )
  await world.tenantIs('tenants/one', 'True')
  await world.tenantIs('tenants/two', 'True')
  await world.tenantIs('tenants/wrong', 'False', 'DatabaseNameNotAllowed')
})
afterAll(() => world.close())

interface Ran {
  readonly code: number
  readonly output: string
  readonly complaints: string
}

async function run(
  args: readonly string[],
  options: Partial<Terminal> & { readonly input?: string; readonly kubeconfig?: string } = {},
): Promise<Ran> {
  const { kubeconfig = world.environment.kubeconfigPath, ...rest } = options
  const terminal = recordedTerminal({ environment: { NO_COLOR: '1' }, ...rest })
  const needsCluster = args[0] !== 'sql'
  const code = await dispatch(
    [...args, ...(needsCluster ? ['--kubeconfig', kubeconfig] : [])],
    commands,
    terminal,
  )
  return { code, output: terminal.output, complaints: terminal.complaints }
}

async function json<T>(args: readonly string[]): Promise<T> {
  const { output, complaints } = await run([...args, '-o', 'json'])
  expect(complaints).toBe('')
  return JSON.parse(output) as T
}

async function kubeconfigOf(namespace: string, name: string): Promise<string> {
  const plane = world.environment.controlPlane
  const { url, caPem } = plane
  const text = await plane.serviceAccountToken({ namespace, name, expirationSeconds: 3600 })
  const path = join(mkdtempSync(join(tmpdir(), 'lenskeeper-inspect-')), 'kubeconfig')
  onTestFinished(() => rmSync(dirname(path), { recursive: true }))
  writeFileSync(path, kubeconfigText({ url, caPem, token: text, namespace }), { mode: 0o600 })
  return path
}

const squeeze = (text: string): string => text.replace(/[ \t]+/g, ' ')

describe('status', () => {
  test('shows what kubectl shows, and says what is wrong', async () => {
    const { code, output } = await run(['status', 'tenant', '-n', 'tenants'])
    expect(code).toBe(1)
    const kubectl = squeeze(await world.kubectl(['get', 'ctenant', '-n', 'tenants'])).split('\n')
    expect(squeeze(output)).toContain(kubectl[0]?.trim())
    expect(squeeze(output)).toMatch(/one client_one acme 1:1 True Ready/)
    expect(output).toContain('wrong: DatabaseNameNotAllowed: The PartnerKey does not let')
  })

  test('of one object, every condition; of all that is ready, exit code 0', async () => {
    const { code, output } = await run(['status', 'tenant', 'one', '-n', 'tenants'])
    expect(code).toBe(0)
    for (const type of ['Ready', 'DatabaseReady', 'AccessGranted', 'TokenPublished'])
      expect(output).toContain(`  ${type} True`)
    expect((await run(['status', 'key', '-n', 'datalens'])).code).toBe(0)
  })

  test('everywhere, as JSON, without specs', async () => {
    const { items } = await json<{ items: { kind: string; name: string; ready: boolean }[] }>([
      'status',
      '-A',
    ])
    expect(items.map(({ kind, name, ready }) => `${kind} ${name} ${ready}`)).toEqual(
      expect.arrayContaining([
        'ClickHouseConnection default true',
        'PartnerKey acme true',
        'ConnectorTenant one true',
        'ConnectorTenant wrong false',
      ]),
    )
    for (const item of items) expect(item).not.toHaveProperty('spec')
  })

  test('of a connection that serves, with a reader who may read everything: said first of all, in every place', async () => {
    const held = async (wanted: 0 | 1): Promise<void> => {
      await eventually(async () => (await run(['status', 'connection', '-n', 'datalens'])).code === wanted)
    }
    const labels = { type: 'ReaderVerified', reason: 'GrantBroaderThanDeclared' }
    await held(0)
    await world.sql('GRANT SELECT ON *.* TO datalens')
    await held(1)
    const { output } = await run(['status', 'connection', '-n', 'datalens'])
    expect(squeeze(output)).toMatch(/GrantBroaderThanDeclared NothingToSweep NothingRefused True Ready/)
    expect(output).toMatch(/^ {2}default: GrantBroaderThanDeclared: .*REVOKE/m)
    expect(await metricOf(operator, 'lenskeeper_condition', labels)).toBe(1)
    await world.sql('REVOKE SELECT ON *.* FROM datalens')
    await held(0)
    expect(await metricOf(operator, 'lenskeeper_condition', labels)).toBe(0)
  })

  test('of a view that reads another database: named in every place, until what is advised was done', async () => {
    const held = async (wanted: 0 | 1): Promise<void> => {
      await eventually(async () => (await run(['status', 'connection', '-n', 'datalens'])).code === wanted)
    }
    const labels = { type: 'ReaderVerified', reason: 'ViewRefused' }
    const checkIt = ['check', 'default', '-n', 'datalens', '--database', 'client_two']
    await held(0)
    await world.sql('CREATE TABLE default.theirs (x Int8) ENGINE = MergeTree ORDER BY x')
    await world.sql('CREATE VIEW client_two.shows AS SELECT * FROM default.theirs')
    await held(1)
    await expect(world.sqlAsReader('SELECT * FROM client_two.shows')).rejects.toThrow()
    const { output } = await run(['status', 'connection', '-n', 'datalens'])
    expect(output).toMatch(/^ {2}default: ViewRefused: .*`client_two`.`shows`/m)
    expect(await metricOf(operator, 'lenskeeper_condition', labels)).toBe(1)
    const checked = await run(checkIt)
    expect(checked.code).toBe(1)
    expect(checked.output).toContain('read client_two.shows')
    // Another tenant is served all the same, and its explanation does not fail over this one's view.
    expect((await run(['explain', 'one', '-n', 'tenants'])).code).toBe(0)
    const explained = await run(['explain', 'two', '-n', 'tenants'])
    expect(explained.code).toBe(1)
    expect(explained.output).toContain('`client_two`.`shows`')
    const [remedy = ''] = /ALTER TABLE \S+ MODIFY SQL SECURITY DEFINER/.exec(checked.output) ?? []
    await world.sql(remedy)
    await held(0)
    expect(await world.sqlAsReader('SELECT * FROM client_two.shows')).toEqual([])
    expect(await metricOf(operator, 'lenskeeper_condition', labels)).toBe(0)
    expect((await run(checkIt)).output).toMatch(/the reader may read it$/m)
    for (const table of ['client_two.shows', 'default.theirs']) await world.sql(`DROP TABLE ${table}`)
  })

  test('of a connection that serves, and refuses what new tenants need: which error, and how many wait, in every place', async () => {
    const shown = async (wanted: 0 | 1): Promise<string> => {
      const seen = { output: '' }
      await eventually(async () => {
        const { code, output } = await run(['status', 'connection', '-n', 'datalens'])
        seen.output = output
        return code === wanted
      })
      return seen.output
    }
    const labels = { type: 'StatementsRefused', reason: 'StatementsRefused' }
    const answer = { kind: 'error', code: 725, symbol: 'TOO_MANY_DATABASES' } as const
    await world.clickhouse.setFault(0, { ...answer, matching: /^CREATE DATABASE/ })
    await world.apply(world.tenant('late', { database: 'client_late' }))
    const told = await world.tenantIs('tenants/late', 'False', 'StatementRefused')
    expect(JSON.stringify(told.status)).not.toContain('725')
    const output = await shown(1)
    const what =
      /Since \S+Z ClickHouse refuses statements, which keeps 1 tenant waiting: CREATE DATABASE is answered with code 725 TOO_MANY_DATABASES by /
    expect(output).toMatch(what)
    expect(output).not.toContain('late')
    expect(output).not.toContain('can be served')
    const checked = await run(['check', 'default', '-n', 'datalens'])
    expect(checked.output).toMatch(what)
    expect(checked.output).not.toContain('GRANT CREATE DATABASE')
    expect(checked.code).toBe(1)
    const explained = await run(['explain', 'late', '-n', 'tenants'])
    expect(explained.output).toContain('ClickHouseConnection datalens/default says StatementsRefused: Since')
    expect(explained.code).toBe(1)
    expect(await metricOf(operator, 'lenskeeper_condition', labels)).toBe(1)
    await eventually(async () => what.test(await world.kubectl(['get', 'events', '-n', 'datalens'])))
    await world.clickhouse.setFault(0)
    await world.tenantIs('tenants/late', 'True', 'Ready')
    expect(await shown(0)).not.toMatch(/StatementsRefused/)
    expect(await metricOf(operator, 'lenskeeper_condition', labels)).toBe(0)
  })

  test('what is not there', async () => {
    const { code, complaints } = await run(['status', 'tenant', 'nobody', '-n', 'tenants'])
    expect(code).toBe(1)
    expect(complaints).toContain('there is no ConnectorTenant "nobody" in namespace "tenants"')
  })
})

describe('explain', () => {
  test('a tenant that is served', async () => {
    const { code, output } = await run(['explain', 'one', '-n', 'tenants'])
    expect(output).toContain('The tenant is served.')
    expect(code).toBe(0)
  })

  test('a tenant that is refused: where, and what to do', async () => {
    const { code, output } = await run(['explain', 'wrong', '-n', 'tenants'])
    expect(code).toBe(1)
    expect(output).toMatch(/namespace +ok/)
    expect(output).toMatch(/database name +FAILS {2}The PartnerKey does not let tenants/)
    expect(output).toMatch(/connection +- +not reached/)
    expect(output).toContain('What to do: The PartnerKey does not let tenants')
  })

  test('to somebody who may read tenants alone', async () => {
    await world.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'author', namespace: 'tenants' } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'author', namespace: 'tenants' },
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'ClusterRole',
          name: 'lenskeeper-tenant-editor',
        },
        subjects: [{ kind: 'ServiceAccount', name: 'author', namespace: 'tenants' }],
      },
    )
    const kubeconfig = await kubeconfigOf('tenants', 'author')
    const { code, output } = await run(['explain', 'wrong', '-n', 'tenants'], { kubeconfig })
    expect(code).toBe(1)
    expect(output).toMatch(/PartnerKey +ok +as the operator says/)
    expect(output).toMatch(/database name +FAILS/)
    expect((await run(['explain', 'one', '-n', 'tenants'], { kubeconfig })).code).toBe(0)
    expect((await run(['token', '--secret', 'tenants/one-datalens'], { kubeconfig })).complaints).toContain(
      'forbidden',
    )
  })

  test('that is only observed: the statements are for those who may read the connection', async () => {
    const observed = world.tenant('seen', { database: 'client_seen' }) as { readonly metadata: object }
    const metadata = { ...observed.metadata, annotations: { 'lenskeeper.dev/mode': 'Observe' } }
    await world.apply({ ...observed, metadata })
    await world.tenantIs('tenants/seen', 'False', 'Observing')
    const { host } = new URL(world.environment.clickhouse.endpoints[0] ?? '')
    const statement = `on ${host}, where it is needed: GRANT SELECT ON \`client_seen\`.* TO \`datalens\``
    const { output } = await run(['explain', 'seen', '-n', 'tenants'])
    expect(output).toContain(`  let DataLens read the database\n    ${statement}\n`)
    expect((await json<{ statements: string[] }>(['explain', 'seen', '-n', 'tenants'])).statements).toContain(
      statement,
    )
    const kubeconfig = await kubeconfigOf('tenants', 'author')
    const told = await run(['explain', 'seen', '-n', 'tenants'], { kubeconfig })
    expect(told.output).toContain('  let DataLens read the database\n')
    expect(told.output).not.toMatch(/GRANT|CREATE DATABASE|127\.0\.0\.1/)
  })
})

describe('an embed', () => {
  const embed = (name: string, namespace: string, signingKey: string) => ({
    apiVersion: 'lenskeeper.dev/v1alpha1',
    kind: 'SecureEmbed',
    metadata: { name, namespace },
    spec: {
      platform: 'Yandex',
      kind: 'Dashboard',
      embedId: 'pgx4ekt5dj3u1',
      signingKeySecretRef: { name: signingKey },
    },
  })

  beforeAll(async () => {
    await world.namespace('portal')
    await world.apply(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name: 'embed-key',
          namespace: 'portal',
          labels: { 'lenskeeper.dev/use': 'embed-signing' },
        },
        stringData: { 'private.pem': newSigningKey() },
      },
      embed('lobby', 'portal', 'embed-key'),
      embed('keyless', 'portal', 'other-key'),
      embed('two', 'tenants', 'embed-key'),
    )
    const isSaid = async (name: string, condition: string): Promise<boolean> =>
      (await run(['status', 'embed', name, '-n', 'portal'])).output.includes(condition)
    await eventually(() => isSaid('lobby', 'Ready True Ready'), { what: 'the link is there' })
    await eventually(() => isSaid('keyless', 'Ready False SigningKeyNotOffered'), {
      what: 'the missing key is told',
    })
  })

  test('status shows what kubectl shows, and says what is wrong', async () => {
    const { code, output } = await run(['status', 'embed', '-n', 'portal'])
    expect(code).toBe(1)
    const kubectl = squeeze(await world.kubectl(['get', 'dlembed', '-n', 'portal'])).split('\n')
    expect(squeeze(output)).toContain(kubectl[0]?.trim())
    expect(squeeze(output)).toMatch(/lobby Dashboard pgx4ekt5dj3u1 \S+Z True Ready/)
    expect(output).toContain('keyless: SigningKeyNotOffered: No Secret "other-key" is offered')
  })

  test('explained, with the end and the next refresh, and without the link', async () => {
    const { code, output } = await run(['explain', 'lobby', '-n', 'portal'])
    expect(output).toMatch(/link +ok +the Secret portal\/lobby-embed holds one/)
    expect(output).toMatch(/until +ok +it is good until \S+Z, another /)
    expect(output).toMatch(/next refresh +ok +it is replaced at \S+Z/)
    expect(output).toContain('The embed is served.')
    expect(output).not.toContain('eyJ')
    expect(code).toBe(0)
  })

  test('without its key: where, and what to do', async () => {
    const { code, output } = await run(['explain', 'embed/keyless', '-n', 'portal'])
    expect(output).toMatch(/signing key +FAILS +No Secret "other-key" is offered/)
    expect(output).toContain('What to do: No Secret "other-key" is offered')
    expect(code).toBe(1)
  })

  test('to somebody who may read no Secrets', async () => {
    await world.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'viewer', namespace: 'portal' } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'viewer', namespace: 'portal' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'lenskeeper-viewer' },
        subjects: [{ kind: 'ServiceAccount', name: 'viewer', namespace: 'portal' }],
      },
    )
    const kubeconfig = await kubeconfigOf('portal', 'viewer')
    const { code, output } = await run(['explain', 'lobby', '-n', 'portal'], { kubeconfig })
    expect(output).toMatch(/signing key +ok +as the operator says; you may not read/)
    expect(code).toBe(0)
    expect((await run(['explain', 'keyless', '-n', 'portal'], { kubeconfig })).code).toBe(1)
  })

  test('of the name of a tenant: which is meant has to be said', async () => {
    const both = await run(['explain', 'two', '-n', 'tenants'])
    expect(both.code).toBe(2)
    expect(both.complaints).toContain(
      'both a tenant and an embed are called "two": say tenant/two or embed/two',
    )
    expect((await run(['explain', 'tenant/two', '-n', 'tenants'])).output).toContain(
      'ConnectorTenant tenants/two',
    )
    expect((await run(['explain', 'embed/two', '-n', 'tenants'])).output).toContain('SecureEmbed tenants/two')
    expect((await run(['explain', 'nobody', '-n', 'tenants'])).complaints).toContain(
      'there is no ConnectorTenant or SecureEmbed "nobody" in namespace "tenants"',
    )
  })
})

describe('token', () => {
  const secretOf = async (name: string) => {
    const secret = await world.secrets.get(`tenants/${name}`, forever)
    return secret === undefined ? '' : (dataOf(secret, 'token') ?? '')
  }

  async function expectHidden({ output, complaints }: Ran, text: string): Promise<void> {
    const pieces = text.split(':').filter(part => part.length > 20)
    expect(pieces).toHaveLength(2)
    for (const piece of pieces) expect(output + complaints).not.toContain(piece.slice(4, 24))
    await Promise.resolve()
  }

  test('of a Secret: keys, signature, seal, database, and what DataLens has', async () => {
    const ran = await run(['token', '--secret', 'tenants/one-datalens'])
    expect(ran.code).toBe(0)
    for (const line of [
      /signature +ok/,
      /keys +ok .*SHA256:.*SHA256:/,
      /seal +ok .*ConnectorTenant\/tenants\/one/,
      /database +ok +"client_one"/,
      /DataLens +ok/,
    ])
      expect(ran.output).toMatch(line)
    await expectHidden(ran, await secretOf('one-datalens'))
  })

  test('from standard input, with and without its PartnerKey', async () => {
    const text = await secretOf('one-datalens')
    const known = await run(['token', '--key', 'datalens/acme'], { input: `${text}\n` })
    expect(known.code).toBe(0)
    expect(known.output).toMatch(/signature +ok/)
    await expectHidden(known, text)
    const unknown = await run(['token', '-'], { input: text })
    expect(unknown.code).toBe(1)
    expect(unknown.output).toContain('--key NAMESPACE/NAME')
    await expectHidden(unknown, text)
  })

  test('a token of another tenant, put into this one’s Secret', async () => {
    await world.tenants.mergePatch('tenants/two', { spec: { suspend: true } }, forever)
    await world.tenantIs('tenants/two', 'True', 'Suspended')
    const kept = await secretOf('two-datalens')
    const swapped = await secretOf('one-datalens')
    const patch = (text: string) =>
      world.secrets.mergePatch(
        'tenants/two-datalens',
        { data: { token: Buffer.from(text).toString('base64') } },
        forever,
      )
    await patch(swapped)
    const ran = await run(['token', '--secret', 'tenants/two-datalens'])
    expect(ran.code).toBe(1)
    expect(ran.output).toMatch(/signature +ok/)
    expect(ran.output).toMatch(/seal +WRONG/)
    await expectHidden(ran, swapped)
    await patch(kept)
    await world.tenants.mergePatch('tenants/two', { spec: { suspend: false } }, forever)
    await world.tenantIs('tenants/two', 'True', 'Ready')
  })
})

describe('check', () => {
  interface Report {
    readonly ok: boolean
    readonly checks: readonly { readonly check: string; readonly result: string; readonly mend?: string }[]
  }
  const report = () => json<Report>(['check', 'default', '-n', 'datalens'])

  test('an account made by "lenskeeper sql" has all it needs, and nothing is changed', async () => {
    const password = 'a-password-of-our-own'
    await world.sql(`CREATE USER lk_operator IDENTIFIED WITH sha256_password BY '${password}'`)
    const { output } = await run([
      'sql',
      '--user',
      'lk_operator',
      '--pattern',
      'client_*',
      '--allow-drop',
      '-o',
      'json',
    ])
    for (const { statement } of JSON.parse(output) as { statement: string }[]) await world.sql(statement)
    await world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'clickhouse-operator', namespace: 'datalens' },
      stringData: { username: 'lk_operator', password },
    })
    const ran = await run(['check', 'default', '-n', 'datalens'])
    expect(ran.output).toContain('All is as it should be.')
    expect(ran.code).toBe(0)
    expect(ran.output).not.toContain(password)
    expect((await report()).checks.map(({ check: name }) => name)).toEqual(
      expect.arrayContaining([
        'version',
        'readonly = 2',
        'a granted database opens',
        'CREATE DATABASE ON `client_`*.*',
      ]),
    )
  })

  test('each right that is missing is named, with the statement that mends it', async () => {
    await world.sql('REVOKE CREATE DATABASE ON `client_`*.* FROM lk_operator')
    await world.sql('REVOKE SELECT ON system.users FROM lk_operator')
    const { ok, checks } = await report()
    expect(ok).toBe(false)
    const mends = checks.flatMap(({ mend }) => (mend === undefined ? [] : [mend]))
    const statements = mends.map(mend => mend.split(';')[0] ?? '')
    expect(statements).toContain('GRANT CREATE DATABASE ON `client_`*.* TO `lk_operator`')
    for (const statement of statements) await world.sql(statement)
    expect(await report()).toMatchObject({ ok: true })
  })

  test('a database that a tenant names and another installation has', async () => {
    const mark = 'lenskeeper/v1 installation=elsewhere tenant=tenants/far state=owned onDelete=Retain'
    await world.sql(`CREATE DATABASE client_far COMMENT '${mark}'`)
    const checkIt = ['check', 'default', '-n', 'datalens', '--database', 'client_far']
    expect(await run(checkIt)).toMatchObject({
      code: 0,
      output: expect.stringContaining('another installation has it') as string,
    })
    // Of the very name that stands in the mark: it is another one there.
    await world.apply(world.tenant('far', { database: 'client_far' }))
    expect(await run(checkIt)).toMatchObject({
      code: 1,
      output: expect.stringContaining('named by tenants/far') as string,
    })
    await world.tenants.delete('tenants/far', {}, forever)
    await world.sql('DROP DATABASE client_far')
  })

  test('a wrong password, and a Secret that is not there', async () => {
    const client = world.secrets
    const before = await client.get('datalens/clickhouse-operator', forever)
    await client.mergePatch(
      'datalens/clickhouse-operator',
      { data: { password: Buffer.from('no').toString('base64') } },
      forever,
    )
    const wrong = await run(['check', 'default', '-n', 'datalens'])
    expect(wrong.code).toBe(1)
    expect(wrong.output).toMatch(/user name or the password is wrong/)
    await client.delete('datalens/clickhouse-operator', {}, forever)
    const missing = await run(['check', 'default', '-n', 'datalens'])
    expect(missing.code).toBe(1)
    expect(missing.complaints).toContain('does not exist')
    await world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'clickhouse-operator', namespace: 'datalens' },
      data: before?.data,
    })
    // The connection itself is Ready once the operator has looked again.
    await eventually(async () => (await report()).ok, { what: 'check finds nothing wrong' })
  })
})

describe('orphans', () => {
  interface Report {
    readonly databases: readonly {
      readonly database: string
      readonly tenant: string
      readonly state: string
    }[]
    readonly grants: readonly { readonly database: string; readonly why: string }[]
  }
  const report = () => json<Report>(['orphans', 'default', '-n', 'datalens'])

  test('nothing is orphaned while all tenants are there', async () => {
    const { code, output } = await run(['orphans', 'default', '-n', 'datalens'])
    expect(output).toBe('Nothing is orphaned.\n')
    expect(code).toBe(0)
  })

  test('tenants that went while the operator was away, and grants of nobody', async () => {
    await world.apply(
      world.tenant('gone', { database: 'client_gone' }),
      world.tenant('back', { database: 'client_back' }),
      world.tenant('drop', { database: 'client_drop', deletionPolicy: 'Drop', confirmDrop: 'client_drop' }),
    )
    for (const name of ['gone', 'back', 'drop']) await world.tenantIs(`tenants/${name}`, 'True')
    await world.sql('CREATE TABLE client_drop.t (x UInt8) ENGINE = MergeTree ORDER BY x')
    await operator.stop()
    for (const name of ['gone', 'back', 'drop']) await world.tenants.delete(`tenants/${name}`, {}, forever)
    await world.sql('CREATE DATABASE client_analytics')
    await world.sql('GRANT SELECT ON client_analytics.* TO datalens')
    await world.sql('GRANT SELECT ON client_never.* TO datalens')
    const { databases, grants } = await report()
    expect(databases).toMatchObject([
      { database: 'client_back', tenant: 'tenants/back', state: 'owned' },
      { database: 'client_drop', tenant: 'tenants/drop', state: 'owned' },
      { database: 'client_gone', tenant: 'tenants/gone', state: 'owned' },
    ])
    expect(grants).toMatchObject([
      { database: 'client_analytics', why: 'unmarked' },
      { database: 'client_never', why: 'missing' },
    ])
    expect((await run(['orphans', 'default', '-n', 'datalens'])).code).toBe(1)
  })

  test('act only when told to, and by nobody’s leave but a person’s', async () => {
    const before = await world.grants()
    const { code, complaints } = await run(['orphans', 'default', '-n', 'datalens', '--revoke'])
    expect(code).toBe(2)
    expect(complaints).toContain('say --yes')
    const no = await run(['orphans', 'default', '-n', 'datalens', '--revoke'], {
      interactive: true,
      ask: () => Promise.resolve('yes'),
    })
    expect(no.code).toBe(1)
    expect(await world.grants()).toEqual(before)
  })

  test('--revoke takes access from those who are gone, and from nobody who came back meanwhile', async () => {
    const ran = await run(['orphans', 'default', '-n', 'datalens', '--revoke'], {
      interactive: true,
      ask: async question => {
        await world.apply(world.tenant('back', { database: 'client_back' }))
        return /Type (?<count>[0-9]+) /.exec(question)?.groups?.['count'] ?? ''
      },
    })
    expect(ran.code).toBe(1)
    expect(ran.output).toMatch(/skipped .*client_back.*the tenant is there/)
    expect(await world.grants()).toEqual([
      'client_analytics',
      'client_back',
      'client_late',
      'client_one',
      'client_two',
    ])
    const marks = await world.marks()
    expect(marks['client_gone']).toContain('state=owned')
    expect(marks['client_drop']).toContain('state=retired')
  })

  test('--drop-retired removes the tables and keeps the name', async () => {
    const { output } = await run(['orphans', 'default', '-n', 'datalens'])
    expect(squeeze(output)).toMatch(/client_drop tenants\/drop retired Drop 0\/1 1 \([^)]+\)/)
    const ran = await run(['orphans', 'default', '-n', 'datalens', '--drop-retired', '--yes'])
    expect(ran.output).toContain('done     ')
    expect(ran.code).toBe(0)
    expect(await world.sql("SELECT name FROM system.tables WHERE database = 'client_drop'")).toEqual([])
    expect((await world.marks())['client_drop']).toContain('state=retired')
    expect((await run(['orphans', 'default', '-n', 'datalens', '--drop-retired', '--yes'])).output).toBe(
      'There was nothing to do.\n',
    )
  })

  test('nothing is done while the connection is suspended', async () => {
    await world.connections.mergePatch('datalens/default', { spec: { suspend: true } }, forever)
    const { code, complaints } = await run(['orphans', 'default', '-n', 'datalens', '--revoke', '--yes'])
    expect(code).toBe(1)
    expect(complaints).toContain('suspended')
    await world.connections.mergePatch('datalens/default', { spec: { suspend: false } }, forever)
  })

  test('an operator that starts again finds everything as it should be', async () => {
    operator = await world.startOperator()
    await world.tenantIs('tenants/back', 'True')
    await eventually(async () => (await world.judge('tenants', 'back-datalens')).ok, { deadlineMs: 60_000 })
    expect((await run(['status', 'connection', '-n', 'datalens'])).output).toContain('default')
  })
})

describe('report', () => {
  /** Every value of every Secret, and what else lets somebody in. */
  async function secretsOfWorld(): Promise<readonly string[]> {
    const all = await world.secrets.list({}, forever)
    const values = all.flatMap(secret =>
      Object.keys(secret.data ?? {})
        .filter(name => name !== 'public.pem')
        .map(name => dataOf(secret, name) ?? ''),
    )
    const { password } = world.environment.clickhouse
    // Of a key a piece is enough. What is short, or a number of a version, is no secret.
    const pieces = [...values, password].flatMap(value => [value, ...value.split('\n')])
    const secret = pieces.filter(piece => piece.length >= 12 && !piece.startsWith('-----'))
    return [...new Set(secret)].filter(piece => !publicParts.some(one => one.test(piece)))
  }

  /** The forms in which others tell of it. */
  function encoded(secret: string): readonly string[] {
    const base64 = Buffer.from(secret).toString('base64')
    return [secret, base64, encodeURIComponent(secret), encodeURIComponent(base64)]
  }

  /** As anybody may write who may write Events. */
  function eventAbout(name: string, note: string): object {
    const regarding = {
      apiVersion: 'lenskeeper.dev/v1alpha1',
      kind: 'ConnectorTenant',
      namespace: 'tenants',
      name,
    }
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { generateName: 'pasted-', namespace: 'tenants' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'acme.example/paster',
      reportingInstance: 'one',
      type: 'Normal',
      reason: 'Pasted',
      action: 'Paste',
      regarding,
      note,
    }
  }

  /** What Secrets hold beside what is secret. */
  const publicParts = [
    /^\d{4}-\d\d-\d\dT[\d:]+Z$/,
    /^client_\w+$/,
    /^lenskeeper$/,
    /^datalens$/,
    /^https?:\/\/[^#?]+$/,
  ]

  test('holds objects, Events, metrics, the log and what ClickHouse says, and none of the actual secrets', async () => {
    await world.apply(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name: 'report-key',
          namespace: 'tenants',
          labels: { 'lenskeeper.dev/use': 'embed-signing' },
        },
        stringData: { 'private.pem': newSigningKey() },
      },
      {
        apiVersion: 'lenskeeper.dev/v1alpha1',
        kind: 'SecureEmbed',
        metadata: { name: 'reported', namespace: 'tenants' },
        spec: {
          platform: 'Yandex',
          kind: 'Chart',
          embedId: 'pgx4ekt5dj3u1',
          signingKeySecretRef: { name: 'report-key' },
          params: [{ name: 'customer', values: ['whom nobody else may know'] }],
        },
      },
    )
    await world.embedIs('tenants/reported', 'True')
    const secrets = await secretsOfWorld()
    expect(secrets.length).toBeGreaterThan(20)
    // As people do: a token in a note of their own, and all of it in what was pasted into a log.
    const token = dataOf((await world.secrets.get('tenants/one-datalens', forever))!, 'token') ?? ''
    await world.tenants.mergePatch(
      'tenants/one',
      { metadata: { annotations: { 'acme.example/note': token } } },
      forever,
    )
    const { password } = world.environment.clickhouse
    const notes = [token, encodeURIComponent(token), `DB_PASSWORD:      ${password}`]
    for (const note of [...notes, `http%3A%2F%2Fme%3A${password}%40proxy`, `me:${password}@proxy:3128`])
      await world.kubectl(['create', '-f', '-'], JSON.stringify(eventAbout('one', note)))
    const folder = mkdtempSync(join(tmpdir(), 'lenskeeper-report-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const to = join(folder, 'report.json')
    const keys = (await world.secrets.list({}, forever)).map(secret => dataOf(secret, 'private.pem') ?? '')
    const pasted = [token, ...keys].flatMap(encoded)
    const input = [operator.log(), ...pasted, `password=${password}`].join('\n')
    const args = ['report', '--to', to, '--clickhouse', '--metrics', operator.url, '--logs', '-']
    expect(await run(args, { input })).toMatchObject({ code: 0, complaints: '' })

    const text = readFileSync(to, 'utf8')
    const found = JSON.parse(text) as Readonly<Record<string, unknown>>
    expect(statSync(to).mode & 0o077).toBe(0)
    expect(secrets.flatMap(encoded).filter(secret => text.includes(secret))).toEqual([])
    expect(found).toMatchObject({
      events: expect.arrayContaining([expect.objectContaining({ reason: 'Pasted' })]),
    })
    expect(text).not.toContain('whom nobody else may know')
    expect(found).toMatchObject({
      objects: {
        connectortenants: expect.arrayContaining([
          expect.objectContaining({ metadata: expect.objectContaining({ name: 'one' }) }),
        ]),
        secureembeds: expect.arrayContaining([
          expect.objectContaining({ metadata: expect.objectContaining({ name: 'reported' }) }),
        ]),
      },
      events: expect.arrayContaining([expect.objectContaining({ reason: 'DatabaseNameNotAllowed' })]),
      clickhouse: {
        'datalens/default': expect.arrayContaining([expect.objectContaining({ result: 'good' })]),
      },
      metrics: expect.arrayContaining(['# Of the process that leads.', 'lenskeeper_leader 1']),
      logs: expect.arrayContaining([expect.stringContaining('tenant changed')]),
    })
    // It is not written over.
    expect((await run(['report', '--to', to])).code).toBe(1)
  })

  test('says what may not be read, and holds the rest', async () => {
    await world.kubectl(['create', 'serviceaccount', 'helper', '-n', 'tenants'])
    const kubeconfig = await kubeconfigOf('tenants', 'helper')
    const to = join(dirname(kubeconfig), 'report.json')
    expect(await run(['report', '--to', to], { kubeconfig })).toMatchObject({ code: 0 })
    const found = JSON.parse(readFileSync(to, 'utf8')) as {
      readonly objects: Readonly<Record<string, unknown>>
    }
    expect(found.objects['connectortenants']).toMatch(/^connectortenants cannot be had: /)
  })
})

describe('kubectl lenskeeper', () => {
  test('runs the same program, by the same kubeconfig, and hands its exit code on', async () => {
    const { kubectl } = world.environment.controlPlane
    const directory = mkdtempSync(join(tmpdir(), 'lenskeeper-plugin-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    symlinkSync(
      join(import.meta.dirname, '..', '..', 'src', 'main.ts'),
      join(directory, 'kubectl-lenskeeper'),
    )
    const env = {
      PATH: [directory, dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
      KUBECONFIG: world.environment.kubeconfigPath,
      HOME: directory,
    }
    const plugin = (...args: readonly string[]) =>
      spawnSync(kubectl, ['lenskeeper', ...args], { env, encoding: 'utf8' })
    const explained = plugin('explain', 'one', '-n', 'tenants')
    expect(explained).toMatchObject({ status: 0, stderr: '' })
    expect(explained.stdout).toContain('The tenant is served.')
    expect(plugin('explain', 'wrong', '-n', 'tenants').status).toBe(1)
  })
})
