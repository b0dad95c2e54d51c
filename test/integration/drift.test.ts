/**
 * What somebody changes by hand, on the server or in the cluster, is found at the next sync (10 s here) at the
 * latest, told, and put right, or left alone where putting right would be wrong. Two replicas of ClickHouse.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findCondition } from '../../src/api/conditions.ts'
import type { Secret } from '../../src/api/core-objects.ts'
import { eventually } from '../time/eventually.ts'
import { expectInvariants } from '../watchers/invariants.ts'
import { SecretHistory } from '../watchers/secret-history.ts'
import { startWorld, type World } from '../cluster/world.ts'
import { both, deadlineMs, Served } from './drift/served.ts'

const forever = new AbortController().signal

let world: World
let history: SecretHistory

beforeAll(async () => {
  world = await startWorld({ replicas: 2 })
  await world.connect({ sweep: { grace: '0s', limit: 1000 } })
  await world.apply(world.partnerKey())
  await world.namespace('tenants')
  history = await SecretHistory.start(world)
  await world.startOperator()
  await world.apply(world.tenant('first', { database: 'drift_first' }))
  await world.tenantIs('tenants/first', 'True', 'Ready', 120_000)
})
afterAll(async () => {
  await history?.close()
  await world?.close()
})

/** Ready, with a row in its database. */
const aTenant = (name: string, spec: object = {}): Promise<Served> => Served.start(world, name, spec)

describe.concurrent('a database', () => {
  test('dropped on one replica is made again there, under the same uuid', async () => {
    const tenant = await aTenant('halved')
    const uuid = await tenant.uuid(1)
    await tenant.on(0, 'DROP DATABASE $')
    await eventually(async () => (await tenant.uuid(0)) === uuid, { deadlineMs })
    await tenant.isAsBefore({ data: false })
  })

  test('dropped everywhere is reported, and not made again before somebody allows it', async () => {
    const tenant = await aTenant('dropped')
    await tenant.onBoth('DROP DATABASE $')
    const told = await tenant.says('False', 'DatabaseLost')
    expect(findCondition(told.status?.conditions, 'Stalled')?.status).toBe('True')
    expect(findCondition(told.status?.conditions, 'Ready')?.message).toContain('lenskeeper.dev/recreate')
    expect(await tenant.comment(0)).toBeUndefined()
    expect(await tenant.readToken()).toBe(tenant.token)
    await world.kubectl([
      'annotate',
      'ctenant',
      'dropped',
      '-n',
      'tenants',
      'lenskeeper.dev/recreate=drift_dropped',
    ])
    await tenant.isAsBefore({ data: false })
  })

  test('made anew by hand without a mark is not taken for the tenant’s', async () => {
    const tenant = await aTenant('anew')
    await tenant.onBoth('DROP DATABASE $')
    await tenant.onBoth('CREATE DATABASE $')
    await tenant.says('False', 'DatabaseUnmarked')
    expect(await tenant.comment(0)).toBe('')
    expect(await tenant.readToken()).toBe(tenant.token)
    // The grant on its name stays, as no mark says whose it is: that is for a person to take away.
    await tenant.onBoth('REVOKE SELECT ON $.* FROM datalens')
  })

  test('restored with its mark, under another uuid, is the tenant’s, and an Event says so', async () => {
    const tenant = await aTenant('restored')
    const mark = await tenant.comment(0)
    await tenant.onBoth('DROP DATABASE $')
    await tenant.onBoth(`CREATE DATABASE $ COMMENT '${mark}'`)
    await eventually(
      async () => {
        const { status } = (await world.tenants.get(tenant.key, forever)) ?? {}
        const uuids = [await tenant.uuid(0), await tenant.uuid(1)]
        return uuids.includes(status?.database?.uuid)
      },
      { deadlineMs },
    )
    await tenant.isAsBefore({ data: false })
    await eventually(async () => (await events(tenant.name)).includes('DatabaseReplaced'), { deadlineMs })
  })
})

async function events(name: string): Promise<string[]> {
  const answer = JSON.parse(
    await world.kubectl(['get', 'events.events.k8s.io', '-n', 'tenants', '-o', 'json']),
  )
  const items = (answer as { items: { reason: string; regarding: { name: string } }[] }).items
  return items.filter(({ regarding }) => regarding.name === name).map(({ reason }) => reason)
}

describe.concurrent('a mark', () => {
  test.each([
    ['removed', ''],
    ['spoilt', 'lenskeeper/v1 installation=somebody'],
    ['overwritten with a text', 'the orders of acme'],
  ])('%s is written again, as the uuid is the tenant’s', async (what, comment) => {
    const tenant = await aTenant(`mark-${what.split(' ')[0]}`)
    await tenant.onBoth(`ALTER DATABASE $ MODIFY COMMENT '${comment}'`)
    await eventually(async () => (await tenant.comment(0)) !== comment, { deadlineMs })
    await tenant.isAsBefore()
  })

  test('that names another tenant is believed: it is refused to both until somebody mends it', async () => {
    const tenant = await aTenant('forged')
    await world.apply(world.tenant('forger', { database: tenant.database }))
    await world.tenantIs('tenants/forger', 'False', 'DatabaseOwnedElsewhere', deadlineMs)
    const mark = (await tenant.comment(0)) ?? ''
    await tenant.on(
      0,
      `ALTER DATABASE $ MODIFY COMMENT '${mark.replace('tenants/forged', 'tenants/forger')}'`,
    )
    await tenant.says('False', 'DatabaseOwnedElsewhere')
    await world.tenantIs('tenants/forger', 'False', 'DatabaseOwnedElsewhere', deadlineMs)
    expect(await world.secrets.get('tenants/forger-datalens', forever)).toBeUndefined()
    await tenant.on(0, `ALTER DATABASE $ MODIFY COMMENT '${mark}'`)
    await tenant.isAsBefore()
  })

  test('of another installation is left alone, with all that it says', async () => {
    const tenant = await aTenant('moved')
    const mark = (await tenant.comment(0)) ?? ''
    const theirs = mark.replace(/installation=\S+/, 'installation=theirs')
    await tenant.onBoth(`ALTER DATABASE $ MODIFY COMMENT '${theirs}'`)
    await tenant.says('False', 'DatabaseOwnedElsewhere')
    expect(await tenant.comment(0)).toBe(theirs)
    await tenant.onBoth(`ALTER DATABASE $ MODIFY COMMENT '${mark}'`)
    await tenant.isAsBefore()
  })
})

describe('a mark that was changed a moment ago', () => {
  test('is looked at before a token is made, however young the snapshot is', async () => {
    const tenant = await aTenant('aside')
    const mark = (await tenant.comment(0)) ?? ''
    const theirs = mark.replace(/installation=\S+/, 'installation=theirs')
    const tokens = (await history.tokens()).length
    await tenant.onBoth(`ALTER DATABASE $ MODIFY COMMENT '${theirs}'`)
    await world.secrets.delete(tenant.secretKey, {}, forever)
    await tenant.says('False', 'DatabaseOwnedElsewhere')
    expect(await tenant.readToken()).toBeUndefined()
    expect(await history.tokens()).toHaveLength(tokens)
    await tenant.onBoth(`ALTER DATABASE $ MODIFY COMMENT '${mark}'`)
    await eventually(() => tenant.readToken(), { deadlineMs })
    await tenant.says('True')
  })
})

describe.concurrent('a grant', () => {
  test('revoked on one replica comes back', async () => {
    const tenant = await aTenant('revoked')
    await tenant.on(1, 'REVOKE SELECT ON $.* FROM datalens')
    await tenant.isAsBefore()
  })

  test('with a table revoked is made whole', async () => {
    const tenant = await aTenant('partial')
    await tenant.onBoth('REVOKE SELECT ON $.orders FROM datalens')
    await expect(world.sqlAsReader('SELECT * FROM drift_partial.orders')).rejects.toThrow()
    await tenant.isAsBefore()
  })

  test('given by hand to one whose access is withheld is taken away', async () => {
    const tenant = await aTenant('withheld')
    await world.tenants.mergePatch(tenant.key, { spec: { access: 'Withheld' } }, forever)
    await tenant.says('True', 'AccessWithheld')
    await tenant.on(0, 'GRANT SELECT ON $.orders TO datalens')
    await eventually(async () => !(await world.grants()).includes(tenant.database), { deadlineMs })
    await tenant.says('True', 'AccessWithheld')
  })

  test('that no mark explains is counted and left alone', async () => {
    await world.sql('CREATE DATABASE strangers')
    await world.sql('GRANT SELECT ON strangers.* TO datalens')
    await eventually(
      async () => {
        const connection = await world.connections.get('datalens/default', forever)
        return (connection?.status?.orphans?.grants ?? 0) > 0
      },
      { deadlineMs },
    )
    expect(await world.grants()).toContain('strangers')
    await world.sql('REVOKE SELECT ON strangers.* FROM datalens')
    await world.sql('DROP DATABASE strangers')
  })
})

describe.concurrent('a token’s Secret', () => {
  const edit = async (tenant: Served, patch: object): Promise<void> => {
    await world.secrets.mergePatch(tenant.secretKey, patch, forever)
  }

  test('deleted comes back', async () => {
    const tenant = await aTenant('deleted')
    await world.secrets.delete(tenant.secretKey, {}, forever)
    await eventually(() => tenant.readToken(), { deadlineMs })
    expect(await world.judge('tenants', 'deleted-datalens')).toMatchObject({ database: tenant.database })
  })

  test.each<readonly [string, object]>([
    [
      'labels',
      { metadata: { labels: { 'lenskeeper.dev/tenant': null, 'app.kubernetes.io/managed-by': 'helm' } } },
    ],
    ['owner', { metadata: { annotations: { 'lenskeeper.dev/owner': null } } }],
    ['references', { metadata: { ownerReferences: null } }],
    ['fields', { data: { database: 'eA==', partnerKeyVersion: 'OQ==' } }],
  ])('without the right %s is put right, with its token', async (what, patch) => {
    const tenant = await aTenant(`without-${what}`)
    const whole = await world.secrets.get(tenant.secretKey, forever)
    await edit(tenant, patch)
    await eventually(
      async () => {
        const { metadata, data } = (await world.secrets.get(tenant.secretKey, forever)) as Secret
        expect(metadata.labels).toEqual(whole?.metadata.labels)
        expect(metadata.annotations).toEqual(whole?.metadata.annotations)
        expect(metadata.ownerReferences).toEqual(whole?.metadata.ownerReferences)
        expect(data).toEqual(whole?.data)
        return true
      },
      { deadlineMs },
    )
  })

  test('that another controller has taken over is left to it', async () => {
    const tenant = await aTenant('taken')
    const metadata = { name: 'taker', namespace: 'tenants' }
    const { uid } = (await world.configMaps.create({ metadata }, forever)).metadata
    const theirs = { apiVersion: 'v1', kind: 'ConfigMap', name: 'taker', uid, controller: true }
    const spoilt = { 'lenskeeper.dev/minted-at': 'then' }
    await edit(tenant, { metadata: { ownerReferences: [theirs], annotations: spoilt } })
    await tenant.says('False', 'SecretConflict')
    const left = await world.secrets.get(tenant.secretKey, forever)
    expect(left?.metadata.annotations).toMatchObject(spoilt)
    await edit(tenant, { metadata: { ownerReferences: null } })
    await tenant.isAsBefore()
  })

  test('that somebody has made immutable is replaced when it has to change', async () => {
    const tenant = await aTenant('immutable')
    await edit(tenant, { immutable: true, metadata: { annotations: { 'lenskeeper.dev/seal': 'broken' } } })
    await eventually(
      async () => {
        const secret = await world.secrets.get(tenant.secretKey, forever)
        return secret !== undefined && secret.metadata.annotations?.['lenskeeper.dev/seal'] !== 'broken'
      },
      { deadlineMs },
    )
    await tenant.says('True', 'Ready')
    expect(await world.judge('tenants', 'immutable-datalens')).toMatchObject({ database: tenant.database })
  })
})

describe('what belongs to the PartnerKey', () => {
  const ready = async () =>
    findCondition((await world.partnerKeys.get('datalens/acme', forever))?.status?.conditions, 'Ready')

  test('the ledger, deleted, is written again as it was', async () => {
    const before = await world.configMaps.get('datalens/acme-keys', forever)
    await world.configMaps.delete('datalens/acme-keys', {}, forever)
    const again = await eventually(() => world.configMaps.get('datalens/acme-keys', forever), { deadlineMs })
    expect(again.data).toEqual(before?.data)
    await eventually(async () => (await ready())?.status === 'True', { deadlineMs })
  })

  test('a key that is deleted is never made anew; tenants keep their tokens until it is restored', async () => {
    const tenant = await aTenant('keyless')
    const key = await world.secrets.get('datalens/acme-partner-v1', forever)
    await world.secrets.delete('datalens/acme-partner-v1', {}, forever)
    await eventually(async () => (await ready())?.reason === 'KeyLost', { deadlineMs })
    await world.apply(world.tenant('late', { database: 'drift_late' }))
    await world.tenantIs('tenants/late', 'False', 'AwaitingKey', deadlineMs)
    await tenant.isAsBefore()
    expect(await world.secrets.get('datalens/acme-partner-v1', forever)).toBeUndefined()

    const { uid: _uid, resourceVersion: _version, ...metadata } = key?.metadata ?? { name: '' }
    await world.secrets.create({ ...(key as Secret), metadata }, forever)
    await world.tenantIs('tenants/late', 'True', 'Ready', deadlineMs)
    expect((await ready())?.status).toBe('True')
    await tenant.isAsBefore()
  })
})

describe('while a database is being made', () => {
  /** Whatever comes between the look at all replicas and the CREATE on this one. */
  const between = async (replica: number, database: string, doIt: () => Promise<void>): Promise<void> => {
    const matching = new RegExp(`^CREATE DATABASE \`${database}\``)
    await world.clickhouse.setFault(replica, { kind: 'delay', ms: 600_000, matching, times: 1 })
    await world.apply(world.tenant(database.replaceAll('_', '-'), { database }))
    await eventually(async () => (await world.clickhouse.heldBack(replica)) > 0, { deadlineMs })
    await doIt()
    await world.clickhouse.setFault(replica)
  }

  test.each([
    { first: 'unmarked', replica: 0, comment: '', reason: 'DatabaseUnmarked' },
    { first: 'unmarked', replica: 1, comment: '', reason: 'DatabaseUnmarked' },
    { first: 'marked', replica: 0, comment: foreignMark(), reason: 'DatabaseOwnedElsewhere' },
    { first: 'marked', replica: 1, comment: foreignMark(), reason: 'DatabaseOwnedElsewhere' },
  ])('somebody makes a $first one on replica $replica: no token comes of it', async row => {
    const database = `race_${row.first}_${row.replica}`
    const name = database.replaceAll('_', '-')
    await between(row.replica, database, async () => {
      await world.sql(`CREATE DATABASE ${database} COMMENT '${row.comment}'`, row.replica)
    })
    await world.tenantIs(`tenants/${name}`, 'False', row.reason, deadlineMs)
    expect(await world.secrets.get(`tenants/${name}-datalens`, forever)).toBeUndefined()
    for (const replica of both) expect(await world.grants(replica)).not.toContain(database)
    const comments = await Promise.all(
      both.map(replica =>
        world.sql(`SELECT comment FROM system.databases WHERE name = '${database}'`, replica),
      ),
    )
    expect(comments[row.replica]).toEqual([[row.comment]])
    // Replica 0 is the first; a conflict there leaves nothing on the second.
    expect(comments[1 - row.replica]?.length).toBe(row.replica)
  })

  test('its tenant goes, and another is given it: the first gets no token any more', async () => {
    const database = 'given'
    const matching = /^GRANT SELECT ON `given`/
    await world.clickhouse.setFault(0, { kind: 'delay', ms: 600_000, matching, times: 1 })
    await world.apply(world.tenant('giver', { database }))
    await eventually(async () => (await world.clickhouse.heldBack(0)) > 0, { deadlineMs })
    await world.tenants.delete('tenants/giver', {}, forever)
    const assignments = [{ database, namespace: 'tenants', name: 'heir' }]
    await world.partnerKeys.mergePatch('datalens/acme', { spec: { tenants: { assignments } } }, forever)
    await world.apply(world.tenant('heir', { database }))
    await eventually(async () => (await world.marks())[database]?.includes('tenant=tenants/heir '), {
      deadlineMs,
    })
    expect(await world.clickhouse.heldBack(0)).toBeGreaterThan(0)
    // Now the first one's grant goes on.
    await world.clickhouse.setFault(0)
    await world.tenantIs('tenants/heir', 'True', 'Ready', deadlineMs)
    const owners = (await history.tokens()).filter(token => token.database === database)
    expect(owners.map(({ tenant }) => tenant)).toEqual(['tenants/heir'])
  })

  test('a CREATE that is refused for a while is no loss of a database', async () => {
    const matching = /^CREATE DATABASE `refused`/
    await world.clickhouse.setFault(0, { kind: 'error', code: 241, matching, times: 2 })
    await world.apply(world.tenant('refused', { database: 'refused' }))
    await world.tenantIs('tenants/refused', 'True', 'Ready', deadlineMs)
  })
})

function foreignMark(): string {
  return 'lenskeeper/v1 installation=theirs tenant=tenants/other state=owned onDelete=Retain'
}

describe('the reader', () => {
  const verified = async () => {
    const { status } = (await world.connections.get('datalens/default', forever)) ?? {}
    return findCondition(status?.conditions, 'ReaderVerified')
  }

  test.each(['*.*', 'drift_*.*'])(
    'that may read %s: the connection says so until it is mended',
    async what => {
      const before = await world.grants()
      await world.sql(`GRANT SELECT ON ${what} TO datalens`)
      // Logging in as the reader may show it before the grants are read again; then they say which one it is.
      await eventually(
        async () => {
          const { reason, message = '' } = (await verified()) ?? {}
          return reason === 'GrantBroaderThanDeclared' && /REVOKE SELECT ON .* FROM /.test(message)
        },
        { deadlineMs },
      )
      await world.sql(`REVOKE SELECT ON ${what} FROM datalens`)
      await eventually(async () => (await verified())?.status === 'True', { deadlineMs })
      // The REVOKE took every grant that the pattern covers; the reader is content with the first that is back.
      await eventually(async () => expect(await world.grants()).toEqual(before) ?? true, { deadlineMs })
    },
  )
})

test('at the end all invariants hold, and did at every moment', async () => {
  const races = await Promise.all(
    both.map(async replica =>
      Object.keys(await world.marks(replica)).filter(name => name.startsWith('race_')),
    ),
  )
  await expectInvariants(world, { history, departed: races.flat() })
})
