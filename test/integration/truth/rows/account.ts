/** What is wrong with the operator's account, and with the way to the servers. */
import { makeTestCertificate } from '../../../proxies/test-certificate.ts'
import { readerOpens } from './acts.ts'
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

export const accountRows: readonly Row[] = [
  {
    kind,
    reason: 'CredentialsMissing',
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
    says: /"clickhouse-operator" .* does not exist/,
    server: readerOpens,
    remedy: corner => corner.secret('clickhouse-operator', corner.admin),
  },
  {
    kind,
    reason: 'TLSFailed',
    bring: async corner => {
      await corner.open()
      await corner.secret('authority', { 'ca.crt': makeTestCertificate('another').certPem })
      await corner.connect({
        endpoints: await corner.secureRelay(certificate),
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
