import { describe, expect, test } from 'vitest'
import { planConnection } from '../../../src/clickhouse-connection/plan.ts'
import {
  answering,
  aSight,
  down,
  judged,
  urls,
  words,
  type Situation,
} from '../../builders/connection-observed.ts'

const without = { readerExists: false } as const
const nowhere = urls.map(url => answering(url, without))
const onFirstOnly = [answering(urls[0]), answering(urls[1], without)]
const noSecret = { readerSecret: { kind: 'missing' } } as const
const external = { reader: { user: 'datalens', management: 'External', grants: 'Managed' } } as const
const replicated = { replicated: true, name: 'replicated', type: 'replicated' } as const
const file = { replicated: false, name: 'users_xml', type: 'users_xml' } as const

const cases: readonly (readonly [string, Situation, readonly string[], string, string])[] = [
  // what is so, situation, steps, Ready, ReaderVerified
  ['at rest', {}, [], 'True Ready', 'True ReaderVerified'],
  [
    'nothing there: Secret first, then each endpoint',
    { endpoints: nowhere, over: noSecret },
    ['writeReaderSecret', 'createReader@1', 'createReader@2'],
    'False Progressing',
    'False Progressing',
  ],
  [
    'stopped after the Secret',
    { endpoints: nowhere },
    ['createReader@1', 'createReader@2'],
    'False Progressing',
    'False Progressing',
  ],
  [
    'stopped after the first endpoint, or the second was emptied',
    { endpoints: onFirstOnly },
    ['createReader@2'],
    'False Progressing',
    'False Progressing',
  ],
  [
    'replicated users: one statement does for both',
    { endpoints: urls.map(url => answering(url, { ...without, storage: replicated })) },
    ['createReader@1'],
    'False Progressing',
    'False Progressing',
  ],
  [
    'the user is there, its Secret is not: never a new password',
    { over: noSecret },
    [],
    'True Ready',
    'False ReaderPasswordUnknown',
  ],
  [
    'the user is on one endpoint only, and its Secret is gone',
    { endpoints: onFirstOnly, over: noSecret },
    [],
    'False ReaderPasswordUnknown',
    'False ReaderPasswordUnknown',
  ],
  [
    'no user seen, but one endpoint is away and may have it',
    { endpoints: [answering(urls[0], without), down(urls[1])], over: noSecret },
    [],
    'False PartlyReachable',
    'False ReaderMissing',
  ],
  [
    'an empty replica is filled while another endpoint is away',
    { endpoints: [answering(urls[0], without), down(urls[1])] },
    ['createReader@1'],
    'False PartlyReachable',
    'False Progressing',
  ],
  [
    'the Secret is not read yet',
    { endpoints: nowhere, over: { readerSecret: { kind: 'unknown' }, verifications: [] } },
    [],
    'True Ready',
    'Unknown Progressing',
  ],
  [
    'the Secret has no password, and there is no user',
    { endpoints: nowhere, over: { readerSecret: { kind: 'unusable', because: 'it has no password' } } },
    [],
    'False SecretConflict',
    'False SecretConflict',
  ],
  [
    'the Secret has no password, and the user is there',
    { over: { readerSecret: { kind: 'unusable', because: 'it has no password' } } },
    [],
    'True Ready',
    'False ReaderPasswordUnknown',
  ],
  [
    'external and missing',
    { spec: external, endpoints: onFirstOnly },
    [],
    'False ReaderMissing',
    'False ReaderMissing',
  ],
  ['external and there', { spec: external }, [], 'True Ready', 'True ReaderVerified'],
  [
    'no storage in which a user could be made',
    { endpoints: urls.map(url => answering(url, { ...without, storage: { replicated: false } })) },
    [],
    'False AccessStorageReadOnly',
    'False AccessStorageReadOnly',
  ],
  [
    'a user of a file, whose grants we should manage',
    { endpoints: urls.map(url => answering(url, { storage: file })) },
    [],
    'False AccessStorageReadOnly',
    'True ReaderVerified',
  ],
  [
    'a user of a file, whose grants are somebody else’s',
    {
      spec: { reader: { ...external.reader, grants: 'External' } },
      endpoints: urls.map(url => answering(url, { storage: file })),
    },
    [],
    'True Ready',
    'True ReaderVerified',
  ],
  [
    'suspended: nothing is made',
    { spec: { suspend: true }, endpoints: nowhere },
    [],
    'False Suspended',
    'False Suspended',
  ],
  [
    'dry-run: nothing is made',
    { endpoints: nowhere, over: { observing: true } },
    [],
    'False Observing',
    'False Observing',
  ],
  [
    'a server too old is left alone',
    { endpoints: urls.map(url => down(url, 'serverTooOld')) },
    [],
    'False ServerTooOld',
    'Unknown Blocked',
  ],
]

describe('the reader', () => {
  test.each(cases)('%s', (_what, situation, steps, ready, verified) => {
    const seen = aSight(situation)
    expect(words(planConnection(seen))).toEqual(steps)
    expect(judged(seen).short('Ready')).toBe(ready)
    expect(judged(seen).short('ReaderVerified')).toBe(verified)
  })

  test('messages have the statement to run', () => {
    expect(judged(aSight({ spec: external, endpoints: nowhere })).message('Ready')).toContain(
      "CREATE USER `datalens` IDENTIFIED WITH sha256_password BY '<password>' SETTINGS readonly = 2",
    )
  })
})
