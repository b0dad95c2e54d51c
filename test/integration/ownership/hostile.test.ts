/**
 * Names, marks and values that want to be statements: through the real API server, through an operator whose CRD
 * checks nothing any more, and to the real parser. Every statement that changes something has one of a few forms, and
 * holds no name but those that the API server let in.
 */
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import { findCondition } from '../../../src/api/conditions.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import { eventually } from '../../time/eventually.ts'
import { startWorld, type World } from '../../cluster/world.ts'
import { departureRows } from './harm/departure-rows.ts'
import { dropRows } from './harm/drop-rows.ts'
import { leftoverRows } from './harm/leftover-rows.ts'
import { loopRows } from './harm/loop-rows.ts'
import { massRows } from './harm/mass-rows.ts'
import { memoryRows } from './harm/memory-rows.ts'
import { observeRows } from './harm/observe-rows.ts'
import { rightsRows } from './harm/rights-rows.ts'
import { earlyLeaver, strangerRows } from './harm/stranger-rows.ts'
import { playAll } from './harm/row.ts'
import { Street } from './harm/street.ts'

const forever = new AbortController().signal
const deadlineMs = 60_000
const seed = Number(process.env['HOSTILE_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

let world: World
/** The operator's own account, so that its statements can be told from the test's. */
const account = { username: 'lenskeeper_operator', password: 'op-password-1' }
const letIn = new Set<string>()

beforeAll(async () => {
  world = await startWorld()
  await world.namespace('datalens')
  await world.sql(
    `CREATE USER ${account.username} IDENTIFIED WITH plaintext_password BY '${account.password}'`,
  )
  for (const right of [
    'CREATE DATABASE ON *.*',
    'ALTER MODIFY DATABASE COMMENT ON *.*',
    'SHOW USERS, SHOW ROLES ON *.*',
    ...['users', 'grants', 'role_grants', 'user_directories'].map(table => `SELECT ON system.${table}`),
    'CREATE USER ON *.*',
  ])
    await world.sql(`GRANT ${right} TO ${account.username}`)
  await world.sql(`GRANT SELECT ON *.* TO ${account.username} WITH GRANT OPTION`)
  await world.connect()
  await world.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'clickhouse-operator', namespace: 'datalens' },
    stringData: account,
  })
  await world.apply(world.partnerKey())
  await world.namespace('tenants')
  await world.sql('CREATE DATABASE prey')
  await world.sql('CREATE TABLE prey.orders (x UInt8) ENGINE = MergeTree ORDER BY x')
  await world.startOperator()
})
afterAll(async () => {
  await world?.close()
})

const evil = [
  '`; DROP DATABASE prey; --',
  'a` ENGINE=Memory; DROP DATABASE `prey',
  "a' COMMENT 'lenskeeper/v1",
  'a.* TO datalens; GRANT ALL ON *.*',
  '*',
  'a.*',
  '%',
  'system',
  'SYSTEM',
  'Information_Schema',
  'default',
  '_temporary_and_external_tables',
  'lenskeeper_x',
  'a\\',
  'a\u0000b',
  'а_cyrillic',
  'a\u202eb',
  'a b',
  'a\nb',
  '`',
  '',
  'x'.repeat(128),
  '{db:Identifier}',
  '/**/a',
  'a--',
  '1a',
  '${a}',
] as const

const pieces = fc.constantFrom(
  '`',
  "'",
  '"',
  '\\',
  ';',
  '--',
  '/*',
  '*/',
  '.',
  '*',
  '%',
  '_',
  ' ',
  '\n',
  '{',
  '}',
  'a',
  'DROP DATABASE prey',
  'TO',
  'é',
  '\u0000',
)
const names = fc.oneof(
  { weight: 2, arbitrary: fc.array(pieces, { minLength: 1, maxLength: 8 }).map(parts => parts.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }) },
  { weight: 1, arbitrary: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,30}$/) },
)

let counter = 0
const ask = async (database: string, more: object = {}): Promise<string | undefined> => {
  const name = `t${(counter += 1)}`
  try {
    const tenant = world.tenant(name, { database, ...more }) as ConnectorTenant
    await world.tenants.create(tenant, forever)
    return `tenants/${name}`
  } catch (error) {
    if (error instanceof KubeError && (error.code === 'invalid' || error.message.includes('decod')))
      return undefined
    throw error
  }
}

/** What the operator sends that changes something; anything else is a break-in. */
async function onlyWhatIsMeant(): Promise<void> {
  const name = '`([A-Za-z_][A-Za-z0-9_]{0,126})`'
  const mark =
    "'lenskeeper/v1 installation=[-a-z0-9]+(?: connection=datalens/default)? tenant=tenants/[-a-z0-9]+ state=owned onDelete=Retain'"
  const forms = [
    `CREATE DATABASE ${name} UUID '[-0-9a-f]{36}' ENGINE = Atomic COMMENT ${mark}`,
    `ALTER DATABASE ${name} MODIFY COMMENT ${mark}`,
    `(?:GRANT|REVOKE) SELECT ON ${name}\\.\\*(?:, SELECT ON ${name}\\.\\*)* (?:TO|FROM) \`datalens\``,
    "CREATE USER `datalens` IDENTIFIED WITH sha256_hash BY '[0-9A-Fa-f]+' SALT '[0-9a-fA-F]+' SETTINGS readonly = 2",
    "SET log_comment = 'lenskeeper/epoch/[-0-9a-z/=]+'",
  ].map(form => new RegExp(`^${form}$`))
  const sent = (await world.clickhouse.statements()).filter(({ user }) => user === account.username)
  const changes = sent.filter(({ verb }) => !/^(SELECT|CHECK|SHOW|EXISTS|DESCRIBE)/.test(verb))
  expect(changes.length).toBeGreaterThan(0)
  expect(changes.map(({ sql }) => sql).filter(sql => !forms.some(form => form.test(sql)))).toEqual([])
  const used = changes.flatMap(({ sql }) => [...sql.matchAll(/`([^`]+)`/g)].map(([, found = '']) => found))
  expect([...new Set(used)].filter(found => found !== 'datalens' && !letIn.has(found))).toEqual([])
  expect(await world.sql("SELECT name FROM system.tables WHERE database = 'prey'")).toEqual([['orders']])
}

const isName = (text: string): boolean =>
  /^[A-Za-z_][A-Za-z0-9_]{0,126}$/.test(text) &&
  !/^(system|information_schema|default|lenskeeper_.*)$/i.test(text)

test(`the API server lets in nothing but names (HOSTILE_SEED=${seed})`, async () => {
  const tried = [...new Set([...evil, ...fc.sample(names, { seed, numRuns: 300 })])]
  let accepted = 0
  for (const database of tried) {
    const key = await ask(database)
    expect([database, key !== undefined]).toEqual([database, isName(database)])
    if (key === undefined) continue
    letIn.add(database)
    accepted += 1
    if (accepted > 12) await world.tenants.delete(key, {}, forever)
  }
  expect(accepted).toBeGreaterThan(12)
  await eventually(async () => (await world.grants()).length > 5, { deadlineMs })
  await onlyWhatIsMeant()
})

test('databases that others named and marked with malice are looked at and left alone', async () => {
  const comments = [
    "lenskeeper/v1 installation=x tenant=a/b state=owned onDelete=Drop'; DROP DATABASE prey; --",
    'lenskeeper/v1 installation=../../x tenant=a/b state=owned onDelete=Drop',
    'lenskeeper/v1 installation=x tenant=a/b state=retired onDelete=Drop retiredAt=0000-00-00T00:00:00.000Z',
    'x'.repeat(5_000),
    'lenskeeper/' + ' '.repeat(20_000),
    '\u0000\u0001\u202e',
    '{"a":1}\n\n[]',
  ]
  const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const identifier = (text: string): string => `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
  for (const [index, comment] of comments.entries())
    await world.sql(
      `CREATE DATABASE ${identifier(`odd\`${index}'; DROP DATABASE prey; --`)} COMMENT ${literal(comment)}`,
    )
  for (const [index, comment] of comments.entries()) {
    const database = `odd_${index}`
    await world.sql(`CREATE DATABASE ${database} COMMENT ${literal(comment)}`)
    letIn.add(database)
    const key = (await ask(database)) ?? ''
    const tenant = await eventually(
      async () => {
        const found = await world.tenants.get(key, forever)
        const ready = findCondition(found?.status?.conditions, 'Ready')
        return ready?.status === 'False' && ready.reason.startsWith('Database') ? ready : undefined
      },
      { deadlineMs, what: database },
    )
    expect(tenant.message).not.toContain(comment.slice(0, 40))
  }
  await onlyWhatIsMeant()
  const grants = await world.grants()
  expect(grants.filter(name => name.startsWith('odd'))).toEqual([])
})

/** Their marks name no connection, as there is only one yet. */
async function settleAlone(): Promise<void> {
  const early = ['early_1', earlyLeaver]
  for (const database of early) letIn.add(database)
  const keys = await Promise.all(early.map(database => ask(database)))
  for (const key of keys) await world.tenantIs(key ?? '', 'True', 'Ready', deadlineMs)
}

describe('who can hurt whom', () => {
  const groups = [
    loopRows,
    observeRows,
    rightsRows,
    leftoverRows,
    departureRows,
    dropRows,
    massRows,
    memoryRows,
    strangerRows,
  ]
  const failures = new Map<string, string | undefined>()

  // One group after the other: while a server must not be read, nothing else may call for that.
  beforeAll(async () => {
    await settleAlone()
    const street = await Street.open(world)
    for (const rows of groups)
      for (const [title, failure] of await playAll(street, rows)) failures.set(title, failure)
  })

  test.each(groups.flat().map(({ title }) => title))('%s', title => {
    expect(failures.has(title)).toBe(true)
    expect(failures.get(title)).toBeUndefined()
  })
})

describe('with a CRD that checks nothing any more', () => {
  test('the operator refuses what no name is, in every namespace, and sends nothing', async () => {
    const crd = JSON.parse(
      await world.kubectl(['get', 'crd', 'connectortenants.lenskeeper.dev', '-o', 'json']),
    ) as Crd
    const [version] = crd.spec.versions
    const spec = version?.schema.openAPIV3Schema.properties['spec']
    if (spec === undefined) throw new Error('the CRD has no schema of spec')
    spec.properties = { ...spec.properties, database: { type: 'string' } }
    delete spec['x-kubernetes-validations']
    await world.kubectl(['replace', '-f', '-'], JSON.stringify(crd))
    const tried = [...evil, ...fc.sample(names, { seed: seed + 1, numRuns: 80 })].filter(
      name => !isName(name),
    )
    await eventually(async () => await ask('a b'), { deadlineMs })
    const keys = (await Promise.all(tried.map(database => ask(database)))).filter(key => key !== undefined)
    expect(keys.length).toBeGreaterThan(tried.length / 2)
    await eventually(
      async () => {
        const all = new Map(
          (await world.tenants.list({}, forever)).map(each => [`tenants/${each.metadata.name}`, each]),
        )
        const reasons = keys.map(key => findCondition(all.get(key)?.status?.conditions, 'Ready')?.reason)
        return reasons.every(reason => reason === 'DatabaseNameNotAllowed')
      },
      { deadlineMs },
    )
    await onlyWhatIsMeant()
  })
})

interface Crd {
  readonly spec: {
    readonly versions: readonly {
      readonly schema: {
        readonly openAPIV3Schema: {
          readonly properties: Record<string, { properties?: object; 'x-kubernetes-validations'?: unknown }>
        }
      }
    }[]
  }
}
