import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { quoteIdentifier, quoteLiteral } from '../../src/clickhouse/quote.ts'
import * as statements from '../../src/clickhouse/statements.ts'

// The judge is the server's own parser: what it reads out of our statement has to be what was put in.
let directory: string
let session: Session

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lenskeeper-quote-'))
  session = new Session(join(directory, 'data'))
})

afterAll(() => {
  session.close()
  rmSync(directory, { recursive: true, force: true })
})

const spiteful = [
  '`',
  "'",
  '"',
  '\\',
  '*',
  '.',
  ';',
  '--',
  '/*',
  '*/',
  '\n',
  '\t',
  '\r',
  ' ',
  '$$',
  '{',
  '}',
  '@',
  '%',
]
const piece = fc.oneof(
  fc.constantFrom(
    ...spiteful,
    'TO',
    'FROM',
    'x',
    '0',
    'é',
    '\u202e',
    '😀',
    '\b',
    '\f',
    '\u0001',
    '\\x41',
    '\\N',
    '\\0',
  ),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.string({ unit: 'binary', maxLength: 4 }).filter(text => text.isWellFormed()),
)
const text = fc.array(piece, { maxLength: 8 }).map(pieces => pieces.join(''))
const name = text.filter(value => value !== '' && !value.includes('\0'))

function rows(sql: string): string[][] {
  const answer = session.query(sql, 'JSONCompactEachRowWithNames')
  return answer
    .split('\n')
    .filter(line => line !== '')
    .map(line => (JSON.parse(line) as unknown[]).map(String))
}

/** The statement as the parser understood it, written out anew. */
function understood(sql: string): string {
  return rows(`SELECT formatQuerySingleLine(${quoteLiteral(sql)})`)[1]?.[0] ?? ''
}

/** An identifier as the parser writes it. */
function canonical(identifier: string): string {
  const prefix = 'SELECT 1 AS '
  return understood(`${prefix}${quoteIdentifier(identifier)}`).slice(prefix.length)
}

test('a literal comes back from the server as it went in', () => {
  fc.assert(
    fc.property(text, value => {
      expect(rows(`SELECT ${quoteLiteral(value)}`)[1]).toEqual([value])
    }),
    { numRuns: 500 },
  )
})

test('an identifier comes back from the server as it went in', () => {
  fc.assert(
    fc.property(name, value => {
      expect(rows(`SELECT 1 AS ${quoteIdentifier(value)}`)[0]).toEqual([value])
    }),
    { numRuns: 500 },
  )
})

test('GRANT and REVOKE name exactly these databases and this user, and nothing else', () => {
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 3 }), name, (databases, reader) => {
      const rights = databases.map(database => `SELECT ON ${canonical(database)}.*`).join(', ')
      expect(understood(statements.grantRead(databases, reader).sql)).toBe(
        `GRANT ${rights} TO ${canonical(reader)}`,
      )
      expect(understood(statements.revokeRead(databases, reader).sql)).toBe(
        `REVOKE ${rights} FROM ${canonical(reader)}`,
      )
    }),
    { numRuns: 300 },
  )
})

test('an asterisk in a name is a character, not a wildcard', () => {
  expect(understood(statements.grantRead(['client_*', '*'], 'datalens').sql)).toBe(
    'GRANT SELECT ON `client_*`.*, SELECT ON `*`.* TO datalens',
  )
})

test('CREATE USER carries the hash and the salt that were given, and readonly = 2', () => {
  fc.assert(
    fc.property(name, text, (reader, salt) => {
      const hash = 'a'.repeat(64)
      const sql = understood(statements.createReader(reader, { hash, salt }).sql)
      expect(sql).toBe(
        understood(
          `CREATE USER ${canonical(reader)} IDENTIFIED WITH sha256_hash BY '${hash}' SALT ${quoteLiteral(salt)} SETTINGS readonly = 2`,
        ),
      )
      expect(sql.startsWith(`CREATE USER ${canonical(reader)} IDENTIFIED WITH sha256_hash BY`)).toBe(true)
    }),
    { numRuns: 100 },
  )
})

test('a database gets exactly the name, uuid and comment that were meant', () => {
  const short = name.filter(value => Buffer.byteLength(value) <= 24)
  let count = 0
  fc.assert(
    fc.property(short, text, text, (value, comment, changed) => {
      count += 1
      const uuid = `00000000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`
      const drop = `DROP DATABASE ${quoteIdentifier(value)} SYNC`
      const read = `SELECT toString(uuid), comment, engine FROM system.databases WHERE name = ${quoteLiteral(value)}`
      session.query(statements.createDatabase({ name: value, uuid, comment }).sql)
      try {
        expect(rows(read)[1]).toEqual([uuid, comment, 'Atomic'])
        session.query(statements.commentDatabase(value, changed).sql)
        expect(rows(read)[1]).toEqual([uuid, changed, 'Atomic'])
      } finally {
        session.query(drop)
      }
    }),
    { numRuns: 100, examples: [['default_x', "it's", '`']] },
  )
})

test.each([
  ['an empty name', ''],
  ['a name with NUL', 'a\0b'],
  ['a name with half a character', 'a\ud800'],
])('%s is refused', (_, value) => {
  expect(() => quoteIdentifier(value)).toThrow(RangeError)
})

test('a literal with half a character is refused', () => {
  expect(() => quoteLiteral('\udc00')).toThrow(RangeError)
})

test('a uuid that is none is refused before it is sent', () => {
  expect(() => statements.createDatabase({ name: 'x', uuid: "1' --", comment: '' })).toThrow(RangeError)
})
