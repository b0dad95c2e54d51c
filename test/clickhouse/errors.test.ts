import { expect, test } from 'vitest'
import { fromNetwork, fromServer, timedOut, type StatementContext } from '../../src/clickhouse/errors.ts'

const write: StatementContext = {
  kind: 'createDatabase',
  what: 'create the database client_1',
  host: 'ch1:8443',
  write: true,
  grant: 'GRANT CREATE DATABASE ON `client_1`.* TO `operator`',
}
const read: StatementContext = { ...write, what: 'list the databases', write: false }

test.each([
  [82, 'databaseExists', false],
  [81, 'databaseMissing', false],
  [511, 'readerMissing', false],
  [192, 'readerMissing', false],
  [493, 'readerExists', false],
  [495, 'accessStorageReadOnly', false],
  [514, 'accessStorageReadOnly', false],
  [497, 'missingPrivileges', false],
  [516, 'authenticationFailed', false],
  [159, 'timeout', true],
  [202, 'busy', true],
  [241, 'busy', true],
  [242, 'busy', true],
  [225, 'busy', true],
  [999, 'busy', true],
  [209, 'busy', true],
  [210, 'busy', true],
  [359, 'tableTooBig', false],
  [630, 'tableInUse', true],
  [62, 'syntax', false],
  [1002, 'other', false],
])('code %i means %s', (code, expected, retryable) => {
  const error = fromServer(code, 'SOME_NAME', write)
  expect(error.code).toBe(expected)
  expect(error.retryable).toBe(retryable)
  expect(error.serverCode).toBe(code)
})

test('a time-out of a write leaves a doubt, of a read none', () => {
  expect(fromServer(159, undefined, write).uncertain).toBe(true)
  expect(fromServer(159, undefined, read).uncertain).toBe(false)
  expect(timedOut(write, 15_000).uncertain).toBe(true)
  expect(timedOut(read, 15_000).uncertain).toBe(false)
  expect(fromServer(82, undefined, write).uncertain).toBe(false)
})

test.each([
  ['ECONNREFUSED', 'unreachable', false],
  ['ENOTFOUND', 'unreachable', false],
  ['ECONNRESET', 'unreachable', true],
  ['EPIPE', 'unreachable', true],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tlsFailed', false],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tlsFailed', false],
  ['CERT_HAS_EXPIRED', 'tlsFailed', false],
  [undefined, 'unreachable', true],
])('%s on the network means %s', (code, expected, uncertain) => {
  const error = fromNetwork(Object.assign(new Error('secret text'), { code }), write)
  expect(error.code).toBe(expected)
  expect(error.uncertain).toBe(uncertain)
  expect(error.message).not.toContain('secret')
})

test('a missing right comes with the statement that gives it', () => {
  expect(fromServer(497, 'ACCESS_DENIED', write).message).toBe(
    'ch1:8443: cannot create the database client_1: a privilege is missing; run: ' +
      'GRANT CREATE DATABASE ON `client_1`.* TO `operator`; (code 497)',
  )
})

test("what we have no words for carries the server's name of it, and no text that is none", () => {
  expect(fromServer(57, 'TABLE_ALREADY_EXISTS', write).message).toContain('(code 57 TABLE_ALREADY_EXISTS)')
  expect(fromServer(57, "it's <b>", write).message).toContain('(code 57)')
})

test('a down server reads the same whichever statement met it', () => {
  const error = Object.assign(new Error('x'), { code: 'ECONNREFUSED' })
  expect(fromNetwork(error, read).message).toBe(fromNetwork(error, write).message)
  expect(fromNetwork(error, read).message).toBe('ch1:8443 cannot be reached (ECONNREFUSED)')
})
