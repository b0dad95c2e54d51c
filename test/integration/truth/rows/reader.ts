/** What is wrong with the user that DataLens logs in as. */
import { expect } from 'vitest'
import { asReader, readerPassword } from './acts.ts'
import type { Corner } from '../corner.ts'
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
    reason: 'ReaderPasswordMismatch',
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
]

/** What their administrators know. */
const passwords = new WeakMap<Corner, string>()
