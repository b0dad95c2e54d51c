/** What is wrong with the user that DataLens logs in as. */
import { expect } from 'vitest'
import { asReader, giveByRole, makeSecret, readerOpens, readerPassword, statementIn, table } from './acts.ts'
import type { Corner } from '../corner/corner.ts'
import { allWell, type Row } from '../row.ts'

const kind = 'ClickHouseConnection'
const type = 'ReaderVerified'
const well = allWell[kind]
const notVerified = ['LenskeeperReaderNotVerified']

/** Tenants go on; it is the hand-over that is in question. */
const bad = { kind, type, somebody: true, kstatus: 'Current' } as const
const shows = (says: string) => ({ ...well, ReaderVerified: says })

export const readerRows: readonly Row[] = [
  {
    ...bad,
    type: 'Ready',
    reason: 'ReaderMissing',
    bring: async corner => {
      await corner.open()
      await corner.secret('default-reader', { username: corner.reader, password: 'external' })
      await corner.connect({ reader: { management: 'External' } })
    },
    shows: {
      ...well,
      Ready: 'False ReaderMissing',
      ReaderVerified: 'False ReaderMissing',
      Reconciling: 'True ReaderMissing',
    },
    kstatus: 'InProgress',
    alerts: ['LenskeeperConnectionNotReady', ...notVerified],
    says: /Run there: CREATE USER/,
    remedy: async (corner, faces) => {
      const statement = statementIn(faces, /CREATE USER `[^`]+` [^—]*readonly = 2/)
      await corner.sql([statement.replace(/<[^>]*>/, 'external')])
      await corner.lookNow()
    },
  },
  {
    ...bad,
    reason: 'ReaderNotReadOnly',
    stands: true,
    bring: async corner => {
      await corner.serve()
      await corner.sql([`ALTER USER ${corner.reader} SETTINGS readonly = 0`])
      await corner.lookNow()
    },
    shows: shows('False ReaderNotReadOnly'),
    alerts: notVerified,
    says: /Run there: ALTER USER/,
    server: async corner =>
      expect(await asReader(corner, "SELECT toString(getSetting('readonly'))")).toEqual([['0']]),
    remedy: async (corner, faces) => {
      await corner.sql([statementIn(faces, /ALTER USER `[^`]+` SETTINGS readonly = 2/)])
      await corner.lookNow()
    },
  },
  {
    ...bad,
    reason: 'ReaderPasswordUnknown',
    stands: true,
    bring: async corner => {
      await corner.serve()
      passwords.set(corner, await readerPassword(corner))
      await corner.deleteSecret('default-reader')
    },
    shows: shows('False ReaderPasswordUnknown'),
    alerts: notVerified,
    says: /create it with the keys username and password/,
    remedy: (corner, faces) => makeSecret(corner, faces, { password: passwords.get(corner) ?? '' }),
  },
  {
    ...bad,
    reason: 'ReaderPasswordMismatch',
    stands: true,
    bring: async corner => {
      await corner.serve()
      passwords.set(corner, await readerPassword(corner))
      await corner.secret('default-reader', { username: corner.reader, password: 'wrong' })
    },
    shows: shows('False ReaderPasswordMismatch'),
    alerts: notVerified,
    says: /put the right one into the Secret/,
    server: async corner => expect(asReader(corner, 'SELECT 1')).rejects.toThrow(/516|AUTHENTICATION/i),
    remedy: corner =>
      corner.secret('default-reader', { username: corner.reader, password: passwords.get(corner) ?? '' }),
  },
  {
    ...bad,
    reason: 'ReaderUnverified',
    stands: true,
    bring: async corner => {
      await corner.serve()
      corner.way().interfere = (_, { headers }) =>
        headers['authorization'] === undefined || !isReader(headers['authorization'], corner)
          ? undefined
          : { code: 201, symbol: 'QUOTA_EXCEEDED' }
      await corner.lookNow()
    },
    shows: shows('Unknown ReaderUnverified'),
    alerts: ['LenskeeperReaderUnverified'],
    says: /QUOTA_EXCEEDED.*tried again/,
    remedy: async corner => {
      corner.way().interfere = () => undefined
      await corner.lookNow()
    },
  },
  {
    ...bad,
    reason: 'ViewRefused',
    stands: true,
    bring: async corner => {
      await corner.serve()
      const other = corner.database('other')
      await corner.sql([
        `CREATE DATABASE ${other}`,
        table(`${other}.t`),
        `CREATE VIEW ${corner.database()}.v AS SELECT * FROM ${other}.t`,
      ])
      await corner.lookNow()
    },
    shows: shows('False ViewRefused'),
    alerts: ['LenskeeperViewRefused'],
    says: /`v`.*Do not grant the reader the other database/,
    server: async corner =>
      expect(asReader(corner, `SELECT * FROM ${corner.database()}.v`)).rejects.toThrow(/privileges/),
    remedy: async (corner, faces) => {
      await corner.sql([statementIn(faces, /ALTER TABLE \S+ MODIFY SQL SECURITY DEFINER/)])
      await corner.lookNow()
    },
  },
  {
    ...bad,
    reason: 'GrantIneffective',
    stands: true,
    // A server that contradicts itself: a table that is revoked by itself is granted again with the database.
    bring: async corner => {
      await corner.serve()
      await corner.sql([table(`${corner.database()}.shut`)])
      corner.way().interfere = sql =>
        sql.startsWith('SELECT 1 FROM `') ? { code: 497, symbol: 'ACCESS_DENIED' } : undefined
      await corner.lookNow()
    },
    shows: shows('False GrantIneffective'),
    alerts: notVerified,
    says: /refuses the reader `[^`]+`, although its grants name it.*SHOW GRANTS/,
    remedy: async (corner, faces) => {
      await corner.sql([statementIn(faces, /SHOW GRANTS FOR `[^`]+`/)])
      corner.way().interfere = () => undefined
      await corner.sql([`DROP TABLE ${corner.database()}.shut`])
      await corner.lookNow()
    },
  },
  {
    ...bad,
    reason: 'AccessStorageReadOnly',
    type: 'Ready',
    bring: async corner => {
      const endpoints = await corner.ways.to(0)
      corner.way().interfere = sql =>
        /^(CREATE|ALTER) USER/.test(sql) ? { code: 495, symbol: 'ACCESS_STORAGE_READONLY' } : undefined
      await corner.connect({ endpoints })
      await corner.partnerKey()
    },
    shows: {
      ...well,
      Ready: 'False AccessStorageReadOnly',
      ReaderVerified: 'False AccessStorageReadOnly',
      Reconciling: 'True AccessStorageReadOnly',
    },
    kstatus: 'InProgress',
    alerts: ['LenskeeperConnectionNotReady', ...notVerified],
    // As an administrator of users.xml would, beside the operator.
    remedy: async corner => {
      await corner.sql([
        `CREATE USER ${corner.reader} IDENTIFIED WITH sha256_password BY 'external' SETTINGS readonly = 2`,
        `GRANT SELECT ON \`${corner.prefix}\`*.* TO ${corner.reader}`,
      ])
      await corner.secret('datalens-reader', { username: corner.reader, password: 'external' })
      const passwordSecretRef = { name: 'datalens-reader' }
      await corner.edit(kind, {
        spec: { reader: { management: 'External', grants: 'External', passwordSecretRef } },
      })
    },
  },
  {
    ...bad,
    reason: 'GrantBroaderThanDeclared',
    stands: true,
    bring: async corner => {
      await corner.serve()
      await corner.sql([`GRANT SELECT ON *.* TO ${corner.reader}`])
      await corner.lookNow()
    },
    shows: shows('False GrantBroaderThanDeclared'),
    alerts: ['LenskeeperReaderTooBroad'],
    says: /every token opens whatever it names\. Run: REVOKE/,
    server: readerOpens,
    remedy: async (corner, faces) => {
      await corner.sql([statementIn(faces, /REVOKE SELECT ON \*\.\* FROM `[^`]+`/)])
      await corner.lookNow()
    },
  },
  {
    ...bad,
    reason: 'AccessRemains',
    stands: true,
    bring: async corner => {
      await corner.serve()
      await giveByRole(corner)
      await corner.edit('ConnectorTenant', { spec: { access: 'Withheld' } })
      await corner.world.tenantIs(corner.key('one'), 'False', 'AccessRemains')
      await corner.lookNow()
    },
    shows: shows('False AccessRemains'),
    alerts: ['LenskeeperReaderTooBroad'],
    says: /Run: REVOKE/,
    server: readerOpens,
    remedy: async (corner, faces) => {
      await corner.sql([statementIn(faces, /REVOKE `[^`]+` FROM `[^`]+`/)])
      await corner.lookNow()
      await corner.world.tenantIs(corner.key('one'), 'True', 'AccessWithheld')
      await corner.edit('ConnectorTenant', { spec: { access: 'Granted' } })
    },
  },
  {
    ...bad,
    reason: 'AccessRemains',
    when: 'the tenant is gone',
    stands: true,
    bring: async corner => {
      await corner.serve()
      await giveByRole(corner)
      await corner.deleteTenant()
    },
    shows: shows('False AccessRemains'),
    alerts: ['LenskeeperReaderTooBroad'],
    says: /Run: REVOKE/,
    server: readerOpens,
    remedy: async (corner, faces) => {
      await corner.sql([statementIn(faces, /REVOKE `[^`]+` FROM `[^`]+`/)])
      await corner.lookNow()
      await corner.until(kind, 'ReaderVerified True ReaderVerified')
      await expect(readerOpens(corner)).rejects.toThrow()
      await corner.serve()
    },
  },
  {
    ...bad,
    reason: 'AccessRemains',
    when: 'the tenant is gone, and its REVOKE is refused',
    stands: true,
    bring: async corner => {
      await corner.serve()
      corner.way().interfere = sql =>
        sql.startsWith('REVOKE') ? { code: 495, symbol: 'ACCESS_STORAGE_READONLY' } : undefined
      await corner.deleteTenant()
    },
    shows: shows('False AccessRemains'),
    alerts: ['LenskeeperReaderTooBroad'],
    says: /old tokens open it.*Taking that fails: .*cannot be changed with SQL.*Or run: REVOKE/,
    server: readerOpens,
    remedy: async (corner, faces) => {
      await corner.sql([statementIn(faces, /REVOKE SELECT ON `[^`]+`\.\* FROM `[^`]+`/)])
      await corner.lookNow()
      await corner.until(kind, 'ReaderVerified True ReaderVerified')
      await expect(readerOpens(corner)).rejects.toThrow()
      corner.way().interfere = () => undefined
      await corner.serve()
    },
  },
  {
    ...bad,
    reason: 'SecretConflict',
    bring: async corner => {
      await corner.open()
      await corner.secret('default-reader', { username: 'somebody', password: 'else' })
      await corner.connect()
    },
    type: 'Ready',
    shows: {
      ...well,
      Ready: 'False SecretConflict',
      ReaderVerified: 'False SecretConflict',
      Reconciling: 'True SecretConflict',
    },
    kstatus: 'InProgress',
    alerts: ['LenskeeperConnectionNotReady', ...notVerified],
    says: /Remove it and one is made/,
    remedy: corner => corner.deleteSecret('default-reader'),
  },
]

/** What their administrators know. */
const passwords = new WeakMap<Corner, string>()

function isReader(authorization: string, { reader }: Corner): boolean {
  return Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
    .toString()
    .startsWith(`${reader}:`)
}
