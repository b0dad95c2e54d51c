/**
 * Does what docs/how-to/disaster-recovery.md says, in this order: etcd goes back in time, ClickHouse comes back from
 * a backup in every state of the page's table, the partner key is lost, and at last the whole cluster is replaced
 * beside the same ClickHouse. One customer, `whole`, has the same token all the way.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { findCondition, isTrue } from '../../src/api/conditions.ts'
import { dataOf } from '../../src/api/core-objects.ts'
import { inspectPublicKey } from '../../src/token/keys.ts'
import {
  backUpSecrets,
  databaseOf,
  Git,
  lenskeeperKey,
  restoreAsTheyAre,
  restoreWithoutOwners,
  Servers,
  tokenOf,
} from '../scenarios/disaster.ts'
import { eventually } from '../time/eventually.ts'
import { judgeToken, type Verdict } from '../vectors/independent-verifier.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import { startWorld, type World } from '../cluster/world.ts'

// Each step waits for processes to end and to start.
vi.setConfig({ testTimeout: 300_000 })
const forever = new AbortController().signal
const deadlineMs = 60_000
const names = ['whole', 'moved', 'unmarked', 'stranger', 'lost', 'leaver', 'dropper', 'removed', 'undead']
const sweep = { grace: '3s' }

/** The world whose ClickHouse it is. */
let home: World
/** Home, until the cluster is replaced. */
let world: World
let servers: Servers
let operator: RunningOperator
let directory: string
const git = new Git()
/** What Git says of the PartnerKey. */
let keySpec: Record<string, unknown> = {
  tenants: { namespaces: { from: 'All' }, databases: ['client_*'], allowDrop: true },
}
/** The tokens that customers pasted into DataLens. */
const pasted = new Map<string, string | undefined>()

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'lenskeeper-disaster-'))
  home = await startWorld({ replicas: 2, own: true })
  world = home
  servers = new Servers(home, 2)
  await world.connect({ sweep })
  await world.namespace('tenants')
  commitKey({})
  git.commit(...names.map(aTenant))
  await git.applyTo(world)
  operator = await world.startOperator()
  for (const name of names) await settle(name)
  await lenskeeperKey(world, `export acme --key-version 1 --out ${join(directory, 'v1.pem')}`)
})
afterAll(async () => {
  if (world !== home) await world.close()
  await home?.close()
  rmSync(directory, { recursive: true, force: true })
})

function commitKey(change: Record<string, unknown>): void {
  keySpec = { ...keySpec, ...change }
  git.commit(world.partnerKey('acme', keySpec))
}

/** DataLens has confirmed these, versions 1, 2 and so on. */
function acceptKeys(...publicPems: readonly string[]): void {
  const accepts = publicPems.map((pem, at) => ({
    keyVersion: at + 1,
    fingerprint: inspectPublicKey(pem).fingerprint,
  }))
  commitKey({ dataLens: { keyVersion: 1, publicKey: home.dataLens(1).publicPem, accepts } })
}

async function publicOf(version: number): Promise<string> {
  const secret = await world.secrets.get(`datalens/acme-partner-v${version}`, forever)
  return secret === undefined ? '' : (dataOf(secret, 'public.pem') ?? '')
}

function aTenant(name: string): object {
  const database = databaseOf(name)
  return world.tenant(name, {
    database,
    ...(name === 'dropper' && { deletionPolicy: 'Drop', confirmDrop: database }),
  })
}

/** Waits for a new tenant and gives it data. */
async function settle(name: string): Promise<void> {
  await world.tenantIs(`tenants/${name}`, 'True', undefined, deadlineMs)
  await servers.fill(databaseOf(name))
  pasted.set(name, await tokenOf(world, name))
}

/** Served as ever: its data can be read on both replicas, and its token is the one that was pasted. */
async function isAsBefore(name: string, { data = true } = {}): Promise<void> {
  const database = databaseOf(name)
  await eventually(
    async () => {
      for (const comment of await servers.each(database, 'comment'))
        expect(comment).toContain(` tenant=tenants/${name} state=owned `)
      expect(await servers.readable(database)).toBe(true)
      expect(await tokenOf(world, name)).toBe(pasted.get(name))
      return true
    },
    { what: `${name} is as before`, deadlineMs, everyMs: 250 },
  )
  await world.tenantIs(`tenants/${name}`, 'True', undefined, deadlineMs)
  if (!data) return
  for (const replica of [0, 1])
    expect(await asReader(`SELECT x FROM ${database}.orders`, replica)).toEqual([['42']])
}

/** What DataLens would say, if it has the keys that the cluster has now. */
async function judge(token: string): Promise<Verdict> {
  const partnerPublicPems = { '1': await publicOf(1), '2': await publicOf(2) }
  return judgeToken(token, {
    partnerPublicPems,
    dataLensPrivatePems: { '1': home.dataLens(1).privatePem },
  })
}

async function asReader(query: string, replica: number): Promise<string[][]> {
  const secret = await world.secrets.get('datalens/default-reader', forever)
  const password = secret === undefined ? '' : (dataOf(secret, 'password') ?? '')
  return await home.sqlAs({ username: 'datalens', password }, query, replica)
}

async function isCutOff(name: string): Promise<void> {
  await eventually(async () => (await servers.readable(databaseOf(name))) === false, {
    what: `${name} is cut off`,
    deadlineMs,
    everyMs: 250,
  })
}

async function remove(...tenants: readonly string[]): Promise<void> {
  for (const name of tenants) {
    git.remove('ConnectorTenant', name)
    await world.tenants.delete(`tenants/${name}`, {}, forever)
  }
}

async function setGrace(grace: string): Promise<void> {
  await world.connections.mergePatch('datalens/default', { spec: { sweep: { grace } } }, forever)
}

async function keyIs(reason: string): Promise<void> {
  await eventually(
    async () => {
      const key = await world.partnerKeys.get('datalens/acme', forever)
      const ready = findCondition(key?.status?.conditions, 'Ready')
      if (ready?.reason === reason && ready.observedGeneration === key?.metadata.generation) return true
      throw new Error(`Ready is ${ready?.status} ${ready?.reason}: ${ready?.message}`)
    },
    { what: `the PartnerKey is ${reason}`, deadlineMs: 90_000 },
  )
}

describe('etcd restored from a backup', () => {
  test('under a running operator: what it lost waits for the grace, and has everything once it is applied', async () => {
    await setGrace('1h')
    const backup = join(directory, 'etcd-under-the-operator')
    await world.plane.backUpEtcd(backup)
    git.commit(aTenant('rewound'))
    await git.applyTo(world)
    await settle('rewound')
    const uuids = await servers.each(databaseOf('rewound'), 'uuid')
    const statements = (await world.clickhouse.statements()).length
    await world.plane.restoreEtcd(backup)
    expect(await world.tenants.get('tenants/rewound', forever)).toBeUndefined()
    await eventually(
      async () => {
        const connection = await world.connections.get('datalens/default', forever)
        const message = findCondition(connection?.status?.conditions, 'SweepHeld')?.message ?? ''
        if (/^No departed .* 1 tenant left unseen, and loses access once/.test(message)) return true
        throw new Error(message)
      },
      { what: 'the connection tells of whom nobody saw leave', deadlineMs },
    )
    await git.applyTo(world)
    await world.tenantIs('tenants/rewound', 'True', undefined, deadlineMs)
    const old = pasted.get('rewound') ?? ''
    pasted.set('rewound', await tokenOf(world, 'rewound'))
    expect(await judge(old)).toMatchObject({ ok: true, database: databaseOf('rewound') })
    for (const name of ['rewound', 'whole']) await isAsBefore(name)
    expect(await servers.each(databaseOf('rewound'), 'uuid')).toEqual(uuids)
    const since = (await world.clickhouse.statements()).slice(statements)
    expect(since.filter(({ verb }) => /^(CREATE|ALTER|DROP|REVOKE)/.test(verb))).toEqual([])
    await setGrace(sweep.grace)
  })

  test('what was made and removed since is brought up to date from Git, and keys from the vault', async () => {
    const backup = join(directory, 'etcd')
    await world.plane.backUpEtcd(backup)

    git.commit(aTenant('made'), aTenant('late'))
    await git.applyTo(world)
    await settle('made')
    await settle('late')
    await remove('removed', 'undead')
    await isCutOff('removed')
    await isCutOff('undead')
    // The second key is made, and no customer has a token of it yet.
    commitKey({ keyVersion: 2, rollout: { paused: true } })
    await git.applyTo(world)
    await eventually(async () => (await publicOf(2)) !== '', { deadlineMs })
    await lenskeeperKey(world, `export acme --key-version 2 --out ${join(directory, 'v2.pem')}`)
    const second = await publicOf(2)
    acceptKeys(await publicOf(1), second)

    await operator.kill()
    await world.plane.restoreEtcd(backup)
    expect(await world.tenants.get('tenants/made', forever)).toBeUndefined()
    expect(await tokenOf(world, 'removed')).toBe(pasted.get('removed'))
    expect(await publicOf(2)).toBe('')

    // As the page says, but for one tenant that nobody applied and one that nobody deleted.
    git.remove('ConnectorTenant', 'late')
    await git.applyTo(world)
    await world.tenants.delete('tenants/removed', {}, forever)
    const statements = (await world.clickhouse.statements()).length
    operator = await world.startOperator()

    await keyIs('KeyLost')
    expect(await publicOf(2)).toBe('')
    await lenskeeperKey(world, `import acme --key-version 2 --file ${join(directory, 'v2.pem')}`)
    await eventually(async () => (await publicOf(2)) === second, { deadlineMs })

    // Its Secret is not in the backup, so it gets another token; the one that was pasted opens the same.
    const old = pasted.get('made')
    await world.tenantIs('tenants/made', 'True', undefined, deadlineMs)
    pasted.set('made', await tokenOf(world, 'made'))
    expect(await judge(old ?? '')).toMatchObject({ ok: true, database: databaseOf('made') })
    await isCutOff('late')
    for (const name of ['whole', 'made', 'undead']) await isAsBefore(name)
    expect(await servers.readable(databaseOf('removed'))).toBe(false)
    const since = (await world.clickhouse.statements()).slice(statements)
    const revoked = since.filter(({ verb }) => verb === 'REVOKE').map(({ sql }) => sql)
    expect(revoked.join('\n')).not.toMatch(/client_(whole|made|undead)/)
    expect(since.filter(({ verb }) => verb === 'DROP')).toEqual([])
  })

  test('a tenant that was forgotten has everything back once it is applied; one that is there again goes', async () => {
    git.commit(aTenant('late'))
    await git.applyTo(world)
    await world.tenantIs('tenants/late', 'True', undefined, deadlineMs)
    const old = pasted.get('late')
    pasted.set('late', await tokenOf(world, 'late'))
    await isAsBefore('late')
    expect(await judge(old ?? '')).toMatchObject({ ok: true, database: databaseOf('late') })
    await remove('undead')
    await isCutOff('undead')
  })
})

describe('ClickHouse restored from a backup', () => {
  let marks: Record<string, string>
  let moved: string

  async function suspend(value: boolean): Promise<void> {
    const patch = JSON.stringify({ spec: { suspend: value } })
    await world.kubectl(['-n', 'datalens', 'patch', 'chconn', 'default', '--type', 'merge', '--patch', patch])
    if (!value) return
    const reason = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Suspended`
    await world.kubectl(['-n', 'datalens', 'wait', 'chconn/default', `--for=${reason}`, '--timeout=60s'])
  }

  test('while it is suspended, nothing is changed', async () => {
    marks = await world.marks()
    await remove('leaver', 'dropper')
    await isCutOff('leaver')
    await eventually(async () => /state=retired/.test((await world.marks())[databaseOf('dropper')] ?? ''))
    await suspend(true)
    const [whole, , unmarked, stranger, lost, leaver, dropper] = names.map(databaseOf)
    await servers.run(`REVOKE SELECT ON ${whole}.* FROM datalens`)
    await servers.run(`DROP DATABASE ${databaseOf('moved')}`)
    moved = await servers.restore(databaseOf('moved'), marks[databaseOf('moved')])
    await servers.run(`ALTER DATABASE ${unmarked} MODIFY COMMENT ''`)
    await servers.run(`DROP DATABASE ${stranger}`)
    await servers.restore(stranger ?? '')
    await servers.run(`DROP DATABASE ${lost}`)
    await servers.run(`ALTER DATABASE ${dropper} MODIFY COMMENT '${marks[dropper ?? '']}'`)
    for (const name of [leaver, dropper]) await servers.run(`GRANT SELECT ON ${name}.* TO datalens`)

    const statements = (await world.clickhouse.statements()).length
    // A sync that began before the restore was complete may have to end first.
    const since = await eventually(
      async () => {
        const asked = (await home.clickhouse.statements()).slice(statements)
        const looks = asked.filter(({ sql, replica }) => replica === 0 && sql.includes('system.databases'))
        return looks.length >= 2 && asked
      },
      { what: 'two syncs see it all', deadlineMs },
    )
    expect(since.filter(({ verb }) => /^(CREATE|ALTER|DROP|GRANT|REVOKE)/.test(verb))).toEqual([])
    expect(await servers.readable(whole ?? '')).toBe(false)
    await suspend(false)
  })

  test('without grants: granted again', () => isAsBefore('whole'))

  test('with other uuids: the mark counts, and the status shows the new one', async () => {
    await isAsBefore('moved')
    await eventually(
      async () => (await world.tenants.get('tenants/moved', forever))?.status?.database?.uuid === moved,
      { deadlineMs },
    )
  })

  test('without comments, the same uuids: each mark is put back', () => isAsBefore('unmarked'))

  test('without comments and with other uuids: adopted, from the list that the page prints', async () => {
    await world.tenantIs('tenants/stranger', 'False', 'DatabaseUnmarked', deadlineMs)
    expect(await servers.each(databaseOf('stranger'), 'comment')).toEqual(['', ''])
    const template =
      '{range .items[?(@.status.conditions[0].reason=="DatabaseUnmarked")]}{"- {database: "}{.spec.database}{", namespace: "}{.metadata.namespace}{", name: "}{.metadata.name}{"}\\n"}{end}'
    const printed = await world.kubectl(['get', 'ctenant', '-A', '-o', `jsonpath=${template}`])
    const assignments: unknown = parse(printed)
    expect(assignments).toEqual([
      { database: databaseOf('stranger'), namespace: 'tenants', name: 'stranger' },
    ])
    commitKey({ tenants: { ...(keySpec['tenants'] as object), assignments } })
    await git.applyTo(world)
    await isAsBefore('stranger')
  })

  test('not at all: told, made by nobody but the one who restores it', async () => {
    await world.tenantIs('tenants/lost', 'False', 'DatabaseLost', deadlineMs)
    expect(await servers.each(databaseOf('lost'), 'uuid')).toEqual([undefined, undefined])
    await servers.restore(databaseOf('lost'), marks[databaseOf('lost')])
    await isAsBefore('lost')
  })

  test('tenants that were deleted since lose their access again, and are retired again', async () => {
    await isCutOff('leaver')
    await isCutOff('dropper')
    await eventually(async () => /state=retired/.test((await world.marks())[databaseOf('dropper')] ?? ''), {
      deadlineMs,
    })
    expect((await world.marks())[databaseOf('leaver')]).toBe(marks[databaseOf('leaver')])
  })

  test('without the reader, and one replica empty: made again, with the same password', async () => {
    await suspend(true)
    await world.sql('DROP USER datalens')
    await world.clickhouse.emptyReplica(1)
    await suspend(false)
    for (const name of present()) await isAsBefore(name, { data: false })
    expect(await asReader('SELECT x FROM client_whole.orders', 0)).toEqual([['42']])
    const tables = "SELECT count() FROM system.tables WHERE database = 'client_whole'"
    expect(await asReader(tables, 1)).toEqual([['0']])
    await eventually(
      async () => {
        const connection = await world.connections.get('datalens/default', forever)
        return isTrue(connection?.status?.conditions, 'ReaderVerified')
      },
      { deadlineMs },
    )
    // What their replication would do.
    for (const name of present()) {
      await world.sql(`CREATE TABLE ${databaseOf(name)}.orders (x UInt8) ENGINE = MergeTree ORDER BY x`, 1)
      await world.sql(`INSERT INTO ${databaseOf(name)}.orders VALUES (42)`, 1)
    }
  })
})

/** Those who are customers when all that is over. */
const present = (): string[] =>
  [...pasted.keys()].filter(name => !['leaver', 'dropper', 'removed', 'undead'].includes(name))

describe('a lost private key', () => {
  test('comes back from the vault; meanwhile tokens and access stay', async () => {
    commitKey({ keyVersion: 1 })
    await git.applyTo(world)
    await keyIs('Ready')
    await world.secrets.delete('datalens/acme-partner-v1', {}, forever)
    await keyIs('KeyLost')
    git.commit(aTenant('newcomer'))
    await git.applyTo(world)
    await world.tenantIs('tenants/newcomer', 'False', 'AwaitingKey', deadlineMs)
    await world.tenantIs('tenants/whole', 'True', undefined, deadlineMs)
    expect(await tokenOf(world, 'whole')).toBe(pasted.get('whole'))
    expect(await servers.readable('client_whole')).toBe(true)
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const other = join(directory, 'other.pem')
    writeFileSync(other, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
    const wrong = lenskeeperKey(world, `import acme --key-version 1 --file ${other}`)
    await expect(wrong).rejects.toThrow('by the ledger')
    await lenskeeperKey(world, `import acme --key-version 1 --file ${join(directory, 'v1.pem')}`)
    await keyIs('Ready')
    await settle('newcomer')
    for (const name of present()) await isAsBefore(name)
  })
})

describe('a new cluster, the same ClickHouse', () => {
  test('serves everybody with the tokens that they have, and writes the marks anew', async () => {
    const former = await installationOf(home)
    const platform = await backUpSecrets(home, 'datalens')
    const tokens = await backUpSecrets(home, 'tenants')
    const uuids = await Promise.all(present().map(name => servers.each(databaseOf(name), 'uuid')))
    await operator.stop()
    const statements = (await home.clickhouse.statements()).length

    world = await startWorld({ clickhouse: home.environment.clickhouse, own: true })
    await world.namespace('datalens')
    await world.namespace('tenants')
    const keys = platform.filter(({ metadata }) => metadata.name.startsWith('acme-partner-v'))
    expect(keys.length).toBeGreaterThan(0)
    await restoreAsTheyAre(
      world,
      platform.filter(object => !keys.includes(object)),
    )
    for (const { metadata } of keys) {
      const version = metadata.name.slice('acme-partner-v'.length)
      const file = join(directory, `v${version}.pem`)
      await lenskeeperKey(world, `import acme --key-version ${version} --file ${file}`)
    }
    // One was not in the backup.
    await restoreWithoutOwners(
      world,
      tokens.filter(({ metadata }) => metadata.name !== 'moved-datalens'),
    )
    const { endpoints } = home.environment.clickhouse
    await world.connect({ sweep, endpoints, inheritFrom: [former] })
    await git.applyTo(world)
    operator = await world.startOperator()

    await world.tenantIs('tenants/moved', 'True', undefined, deadlineMs)
    const before = pasted.get('moved') ?? ''
    pasted.set('moved', await tokenOf(world, 'moved'))
    expect(pasted.get('moved')).not.toBe(before)
    expect(await judge(before)).toMatchObject({ ok: true, database: 'client_moved' })
    for (const name of present()) await isAsBefore(name)

    const installation = await installationOf(world)
    expect(installation).not.toBe(former)
    for (const name of present())
      for (const comment of await servers.each(databaseOf(name), 'comment'))
        expect(comment).toContain(` installation=${installation} `)
    expect(await Promise.all(present().map(name => servers.each(databaseOf(name), 'uuid')))).toEqual(uuids)
    const since = (await home.clickhouse.statements()).slice(statements)
    expect(since.filter(({ verb }) => /^(CREATE|DROP|REVOKE)/.test(verb)).map(({ sql }) => sql)).toEqual([])
  })

  test('goes on without inheritFrom', async () => {
    const key = 'datalens/default'
    await world.connections.mergePatch(key, { spec: { inheritFrom: [] } }, forever)
    await eventually(
      async () => {
        const { metadata, status } = (await world.connections.get(key, forever)) ?? {}
        return metadata !== undefined && status?.observedGeneration === metadata.generation
      },
      { deadlineMs },
    )
    for (const name of present()) await isAsBefore(name)
  })
})

test('a private key that is in no vault is left behind: all move on, and pasted tokens go on working', async () => {
  const publicPems = [await publicOf(1), await publicOf(2)].filter(pem => pem !== '')
  const fresh = publicPems.length + 1
  acceptKeys(...publicPems)
  await world.secrets.delete('datalens/acme-partner-v1', {}, forever)
  await keyIs('KeyLost')
  commitKey({ keyVersion: fresh, rollout: { batch: { percent: 100, interval: '0s' } } })
  await git.applyTo(world)
  await eventually(async () => (await publicOf(fresh)) !== '', { deadlineMs })
  expect(await tokenOf(world, 'whole')).toBe(pasted.get('whole'))
  publicPems.push(await publicOf(fresh))
  acceptKeys(...publicPems)
  await git.applyTo(world)
  const partnerPublicPems = Object.fromEntries(publicPems.map((pem, at) => [String(at + 1), pem]))
  const keys = { partnerPublicPems, dataLensPrivatePems: { '1': home.dataLens(1).privatePem } }
  for (const name of present()) {
    const database = databaseOf(name)
    const token = await eventually(
      async () => {
        const now = await tokenOf(world, name)
        return now !== pasted.get(name) && now
      },
      { what: `${name} has a new token`, deadlineMs },
    )
    expect(judgeToken(token, keys)).toMatchObject({ ok: true, database, partnerKeyVersion: String(fresh) })
    expect(judgeToken(pasted.get(name) ?? '', keys)).toMatchObject({ ok: true, database })
    await world.tenantIs(`tenants/${name}`, 'True', undefined, deadlineMs)
    expect(await servers.readable(database)).toBe(true)
  }
})

function installationOf(of: World): Promise<string> {
  return of.kubectl(['get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}'])
}
