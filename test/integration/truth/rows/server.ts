/** Endpoints that are away, too old, or not the servers that they should be, and what the servers refuse. */
import { always, inTurn } from '../../../proxies/load-balancer.ts'
import { readerOpens } from './acts.ts'
import { allWell, type Row } from '../row.ts'

const kind = 'ClickHouseConnection'
const well = allWell[kind]
const notReady = ['LenskeeperConnectionNotReady']
const partlyAway = ['LenskeeperClickHousePartlyAway']

/** No endpoint can be asked, so nothing is known that only the server could tell. */
const away = (reason: string) => ({
  Ready: `False ${reason}`,
  Reachable: `False ${reason}`,
  ReaderVerified: 'Unknown Blocked',
  SweepHeld: 'Unknown Blocked',
  StatementsRefused: 'False NothingRefused',
  Reconciling: `True ${reason}`,
})

export const serverRows: readonly Row[] = [
  {
    kind,
    reason: 'Ready',
    stands: true,
    bring: corner => corner.serve(),
    shows: well,
    somebody: false,
    kstatus: 'Current',
    alerts: [],
    server: readerOpens,
  },
  {
    kind,
    reason: 'HostsNotPublic',
    stands: true,
    bring: async corner => {
      await corner.serve()
      await corner.edit(kind, { spec: { handover: null } })
    },
    // Told in the message of Ready, and by an Event: whether DataLens has a way of its own nobody here can know.
    shows: well,
    somebody: false,
    warns: true,
    kstatus: 'Current',
    alerts: [],
    says: /HostsNotPublic: DataLens cannot reach 127\.0\.0\.1.*set spec\.handover\.hosts/,
    remedy: corner => corner.edit(kind, { spec: { handover: { hosts: ['clickhouse.example'] } } }),
  },
  {
    kind,
    reason: 'PartlyReachable',
    type: 'Reachable',
    bring: async corner => {
      await corner.serve({}, [0, 1])
      corner.way(1).interfere = () => 'cut'
      await corner.lookNow()
    },
    shows: { ...well, Reachable: 'False PartlyReachable' },
    somebody: true,
    // Who was served stays so.
    explain: 0,
    kstatus: 'Current',
    alerts: partlyAway,
    says: /127\.0\.0\.1/,
    server: readerOpens,
    remedy: async corner => {
      corner.way(1).interfere = () => undefined
      await corner.lookNow()
    },
  },
  {
    kind,
    reason: 'Unreachable',
    stands: true,
    bring: async corner => {
      await corner.serve()
      corner.way().interfere = () => 'cut'
      await corner.lookNow()
    },
    shows: away('Unreachable'),
    somebody: true,
    kstatus: 'InProgress',
    alerts: [...notReady, ...partlyAway],
    says: /127\.0\.0\.1:\d+ cannot be reached .*\. \w/,
    remedy: async corner => {
      corner.way().interfere = () => undefined
      await corner.lookNow()
    },
  },
  {
    kind,
    reason: 'SeveralServers',
    bring: async corner => {
      await corner.serve()
      // Tried at the one server before the other answers: that one has a reader of its own.
      await corner.until(kind, 'ReaderVerified True ReaderVerified')
      corner.way().choose = inTurn
      await corner.lookNow()
    },
    shows: away('SeveralServers'),
    somebody: true,
    kstatus: 'InProgress',
    alerts: [...notReady, ...partlyAway],
    says: /Write the address of each replica by itself in spec\.endpoints/,
    server: readerOpens,
    remedy: async corner =>
      corner.edit('ClickHouseConnection', { spec: { endpoints: await corner.ways.to(0, 1) } }),
  },
  {
    kind,
    reason: 'ServerChanged',
    bring: async corner => {
      await corner.connect()
      await corner.until(kind, 'ReaderVerified True ReaderVerified')
      corner.way().choose = always(1)
      await corner.lookNow()
    },
    shows: away('ServerChanged'),
    somebody: true,
    kstatus: 'InProgress',
    alerts: [...notReady, ...partlyAway],
    says: /goes on by itself/,
    remedy: async () => undefined,
  },
  {
    kind,
    reason: 'SameServer',
    bring: async corner => {
      await corner.connect({}, [0, 0])
      await corner.partnerKey()
      await corner.world.apply(corner.tenant())
    },
    shows: {
      Ready: 'False SameServer',
      Reachable: 'False SameServer',
      ReaderVerified: 'False ReaderMissing',
      SweepHeld: 'False NothingToSweep',
      StatementsRefused: 'False NothingRefused',
      Reconciling: 'True SameServer',
    },
    somebody: true,
    kstatus: 'InProgress',
    alerts: [...notReady, ...partlyAway, 'LenskeeperReaderNotVerified'],
    says: /leads to the same server as/,
    remedy: corner => corner.edit('ClickHouseConnection', { spec: { endpoints: [corner.way().url] } }),
  },
  {
    kind,
    reason: 'ServerTooOld',
    stands: true,
    bring: async corner => {
      await corner.serve()
      corner.way().rewrite = answer =>
        Buffer.from(answer.toString('latin1').replaceAll('26.7.2.1', '24.8.2.1'), 'latin1')
      await corner.lookNow()
    },
    shows: away('ServerTooOld'),
    somebody: true,
    kstatus: 'InProgress',
    alerts: [...notReady, ...partlyAway],
    says: /25\.8 or newer is needed: upgrade it/,
    server: readerOpens,
    remedy: async corner => {
      corner.way().rewrite = answer => answer
      await corner.lookNow()
    },
  },
  {
    kind,
    reason: 'StatementsRefused',
    type: 'StatementsRefused',
    bring: async corner => {
      await corner.connect()
      await corner.partnerKey()
      corner.way().interfere = sql =>
        sql.startsWith('CREATE DATABASE') ? { code: 725, symbol: 'TOO_MANY_DATABASES' } : undefined
      await corner.world.apply(corner.tenant())
      await corner.world.tenantIs(corner.key('one'), 'False', 'StatementRefused')
    },
    shows: { ...well, StatementsRefused: 'True StatementsRefused' },
    somebody: true,
    kstatus: 'Current',
    alerts: ['LenskeeperStatementsRefused'],
    says: /keeps 1 tenant waiting.*725 TOO_MANY_DATABASES.*Raise max_database_num_to_throw/,
    remedy: async corner => {
      corner.way().interfere = () => undefined
      await corner.world.tenants.mergePatch(
        corner.key('one'),
        { metadata: { annotations: { 'lenskeeper.dev/resync': '1' } } },
        new AbortController().signal,
      )
    },
  },
  {
    kind,
    reason: 'Suspended',
    stands: true,
    bring: async corner => {
      await corner.serve()
      await corner.edit('ClickHouseConnection', { spec: { suspend: true } })
    },
    shows: { ...well, Ready: 'True Suspended' },
    somebody: false,
    // Of a tenant nobody can tell while nothing may be looked after.
    explain: 1,
    kstatus: 'Current',
    alerts: [],
    says: /Set it to false to go on/,
    server: readerOpens,
    remedy: corner => corner.edit('ClickHouseConnection', { spec: { suspend: false } }),
  },
]
