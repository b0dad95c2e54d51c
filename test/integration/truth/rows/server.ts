/** Endpoints that are away, too old, or not the servers that they should be, and what the servers refuse. */
import type { Row } from '../row.ts'

const kind = 'ClickHouseConnection'
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
    reason: 'Unreachable',
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
]
