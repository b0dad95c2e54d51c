import { describe, expect, test } from 'vitest'
import { encodeData, type Secret } from '../../../src/api/core-objects.ts'
import { readReaderSecret } from '../../../src/clickhouse-connection/reader/secret.ts'
import { aConnection } from '../../builders/connection-observed.ts'

const secret = (data: Readonly<Record<string, string>>): Secret => ({
  metadata: { name: 's' },
  data: encodeData(data),
})

describe('the reader’s Secret', () => {
  const read = (found: Secret | 'unknown' | undefined) =>
    readReaderSecret(aConnection(), key => (key === 'datalens/default-reader' ? found : undefined))

  test('is used as it is, whoever made it', () => {
    const found = read(secret({ username: 'datalens', password: 'p' }))
    expect(found.kind === 'ok' && found.password.reveal()).toBe('p')
    expect(read(secret({ password: 'p' })).kind).toBe('ok')
  })

  test('is of no use without a password, or for another user', () => {
    expect(read(secret({ username: 'datalens' })).kind).toBe('unusable')
    expect(read(secret({ password: '' })).kind).toBe('unusable')
    expect(read(secret({ username: 'other', password: 'p' })).kind).toBe('unusable')
    expect(JSON.stringify(read(secret({ username: 'hunter2', password: 'p' })))).not.toContain('hunter2')
  })

  test('is missing or unknown', () => {
    expect(read(undefined).kind).toBe('missing')
    expect(read('unknown').kind).toBe('unknown')
  })
})
