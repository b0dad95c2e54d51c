import { describe, expect, test } from 'vitest'
import type { ClickHouseConnection } from '../../../src/api/clickhouse-connection.ts'
import { ClickHouseError } from '../../../src/clickhouse/errors.ts'
import type { ClickHouseErrorCode } from '../../../src/clickhouse/error-codes.ts'
import { Presences } from '../../../src/clickhouse/presence/presences.ts'
import { announcePresence } from '../../../src/clickhouse-connection/server/announce.ts'
import { neverAborts } from '../../../src/core/abort.ts'
import { aConnection, urls } from '../../builders/connection-observed.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const key = 'datalens/default'

interface Case {
  readonly suspend?: boolean
  /** What the definition does to the record. Default: it is kept. */
  readonly isPruned?: boolean
  /** What the first endpoint says. Default: it takes the announcement. */
  readonly refusal?: ClickHouseErrorCode
}

async function announced({ suspend = false, isPruned = false, refusal }: Case) {
  const presences = new Presences({ installation: 'installation-1', scope: [] })
  const presence = presences.of(key)
  for (const url of urls) presence.note(url, '', 0)
  presence.renew(0)
  const status = isPruned ? {} : { epochs: [...presence.epochs] }
  const written: ClickHouseConnection = { ...aConnection({ suspend }), status }
  const told: string[] = []
  const warnings: string[] = []
  const server = {
    urls,
    announce: async (url: string) => {
      if (refusal !== undefined && url === urls[0]) throw new ClickHouseError(refusal, 'no')
      told.push(url)
    },
  }
  const from = {
    connections: { get: () => written },
    presences,
    clock: new VirtualClock(),
    log: { warn: (_fields: unknown, text?: string) => warnings.push(text ?? ''), debug: () => undefined },
  }
  await announcePresence({ key, server, written }, from, neverAborts)
  await announcePresence({ key, server, written: undefined }, from, neverAborts)
  const usable = urls.filter(url => presence.sessionAt(url, 1) !== undefined)
  return { told: new Set(told), warnings: warnings.length, usable }
}

describe('an operator announces itself', () => {
  test.each<[string, Case, Awaited<ReturnType<typeof announced>>]>([
    ['everywhere', {}, { told: new Set(urls), warnings: 0, usable: [...urls] }],
    ['while suspended as well', { suspend: true }, { told: new Set(urls), warnings: 0, usable: [...urls] }],
    ['never where no record is kept', { isPruned: true }, { told: new Set(), warnings: 1, usable: [] }],
    [
      'no more where it is refused',
      { refusal: 'settingRefused' },
      { told: new Set([urls[1]]), warnings: 1, usable: [urls[1]] },
    ],
    [
      'later where there is no answer',
      { refusal: 'timeout' },
      { told: new Set([urls[1]]), warnings: 0, usable: [...urls] },
    ],
  ])('%s', async (_what, given, expected) => {
    expect(await announced(given)).toEqual(expected)
  })
})
