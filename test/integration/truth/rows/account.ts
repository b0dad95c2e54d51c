/** What is wrong with the operator's account, and with the way to the servers. */
import { makeTestCertificate } from '../../../proxies/test-certificate.ts'
import { makeSecret, readerOpens, statementIn } from './acts.ts'
import type { Corner } from '../corner/corner.ts'
import { makeAccount, rightsOf } from '../corner/account.ts'
import { allWell, type Row } from '../row.ts'

const kind = 'ClickHouseConnection'
const well = allWell[kind]
const notReady = ['LenskeeperConnectionNotReady']
const partlyAway = ['LenskeeperClickHousePartlyAway']

const certificate = makeTestCertificate()

/** Nothing of the server is known: what was not looked at is Unknown. */
const unseen = (reason: string) => ({
  Ready: `False ${reason}`,
  Reachable: `Unknown ${reason}`,
  ReaderVerified: 'Unknown Blocked',
  SweepHeld: 'Unknown Blocked',
  StatementsRefused: 'False NothingRefused',
})

/** Nobody new can be served. */
const lacking = (reason: string) => ({
  ...well,
  Ready: `False ${reason}`,
  Reachable: `False ${reason}`,
  Reconciling: `True ${reason}`,
})

/** With an account of its own that has made the reader. What it may do with databases is asked once there is a key. */
async function connectBy(corner: Corner): Promise<void> {
  await corner.connect({ credentials: await makeAccount(corner) })
  await corner.until(kind, 'ReaderVerified True ReaderVerified')
}

export const accountRows: readonly Row[] = [
  {
    kind,
    reason: 'CredentialsMissing',
    stands: true,
    bring: async corner => {
      await corner.serve()
      await corner.deleteSecret('clickhouse-operator')
    },
    // The account that was there before is used on: what it shows is known.
    shows: {
      ...well,
      Ready: 'False CredentialsMissing',
      Reconciling: 'True CredentialsMissing',
    },
    somebody: true,
    // Who was served stays so.
    explain: 0,
    kstatus: 'InProgress',
    alerts: notReady,
    says: /"clickhouse-operator" .* does not exist.*kubectl -n \S+ create secret generic clickhouse-operator/,
    server: readerOpens,
    remedy: (corner, faces) => makeSecret(corner, faces, corner.admin),
  },
  {
    kind,
    reason: 'AuthenticationFailed',
    stands: true,
    bring: async corner => {
      await corner.serve()
      await corner.secret('clickhouse-operator', { ...corner.admin, password: 'wrong' })
    },
    shows: {
      ...unseen('AuthenticationFailed'),
      Reachable: 'False AuthenticationFailed',
      Stalled: 'True AuthenticationFailed',
    },
    somebody: true,
    explain: 0,
    kstatus: 'Failed',
    alerts: [...notReady, ...partlyAway],
    says: /Correct the Secret/,
    server: readerOpens,
    remedy: corner => corner.secret('clickhouse-operator', corner.admin),
  },
  {
    kind,
    reason: 'MissingPrivileges',
    bring: async corner => {
      await connectBy(corner)
      await corner.sql([`REVOKE CREATE DATABASE ON *.* FROM ${corner.account}`])
      await corner.partnerKey()
      await corner.world.apply(corner.tenant())
    },
    shows: lacking('MissingPrivileges'),
    somebody: true,
    kstatus: 'InProgress',
    alerts: [...notReady, ...partlyAway],
    says: /Run: GRANT CREATE DATABASE/,
    remedy: async (corner, faces) => {
      await corner.sql([statementIn(faces, /GRANT CREATE DATABASE [^;.]*\.\* TO `[^`]+`/)])
      await corner.lookNow()
    },
  },
  {
    kind,
    reason: 'AccountRestricted',
    bring: async corner => {
      await connectBy(corner)
      await corner.sql([`ALTER USER ${corner.account} SETTINGS allow_ddl = 0`])
      await corner.partnerKey()
      await corner.world.apply(corner.tenant())
    },
    shows: lacking('AccountRestricted'),
    somebody: true,
    kstatus: 'InProgress',
    alerts: [...notReady, ...partlyAway],
    says: /forbid it what it has to do: allow_ddl = 0\. Run: ALTER USER/,
    remedy: async (corner, faces) => {
      await corner.sql([statementIn(faces, /ALTER USER `[^`]+` SETTINGS allow_ddl = 1/)])
      await corner.lookNow()
    },
  },
  {
    kind,
    reason: 'AccountDiffers',
    bring: async corner => {
      const credentials = await makeAccount(corner)
      await corner.connect({ credentials }, [0, 1])
      await corner.partnerKey()
      await corner.world.apply(corner.tenant())
    },
    shows: { ...lacking('AccountDiffers'), ReaderVerified: 'False ReaderMissing' },
    somebody: true,
    kstatus: 'InProgress',
    alerts: [...notReady, ...partlyAway, 'LenskeeperReaderNotVerified'],
    says: /leave the Secret as it is\. Run on 127\.0\.0\.1:\d+: CREATE USER/,
    // It is tried again within a minute.
    remedy: async (corner, faces) => {
      const statement = statementIn(faces, /CREATE USER `[^`]+` IDENTIFIED WITH sha256_password BY '<[^>]*>'/)
      await corner.sql([statement.replace(/<[^>]*>/, 'p'), ...rightsOf(corner)], [1])
    },
  },
  {
    kind,
    reason: 'CertificateAuthorityMissing',
    bring: async corner => {
      await corner.connect({
        endpoints: await corner.ways.securely(certificate),
        tls: { caSecretRef: { name: 'authority' } },
      })
    },
    shows: { ...unseen('CertificateAuthorityMissing'), Reconciling: 'True CertificateAuthorityMissing' },
    somebody: true,
    kstatus: 'InProgress',
    alerts: notReady,
    says: /"authority" .* does not exist/,
    remedy: corner => corner.secret('authority', { 'ca.crt': certificate.certPem }),
  },
  {
    kind,
    reason: 'TLSFailed',
    bring: async corner => {
      await corner.open()
      await corner.secret('authority', { 'ca.crt': makeTestCertificate('another').certPem })
      await corner.connect({
        endpoints: await corner.ways.securely(certificate),
        tls: { caSecretRef: { name: 'authority' } },
      })
    },
    shows: { ...unseen('TLSFailed'), Reachable: 'False TLSFailed', Reconciling: 'True TLSFailed' },
    somebody: true,
    kstatus: 'InProgress',
    alerts: [...notReady, ...partlyAway],
    says: /put it into the Secret of spec.tls.caSecretRef/,
    remedy: corner => corner.secret('authority', { 'ca.crt': certificate.certPem }),
  },
]
