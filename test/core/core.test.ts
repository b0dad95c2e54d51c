import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { codeOf, CodedError, isRetryable } from '../../src/core/errors.ts'
import { jitter } from '../../src/core/random.ts'
import { Redacted } from '../../src/core/redaction/redacted.ts'

describe('Redacted', () => {
  const secret = new Redacted('hunter2')
  test.each([
    ['String', String(secret)],
    ['JSON', JSON.stringify({ secret })],
    ['inspect', inspect({ secret }, { depth: 9, showHidden: true })],
    ['assigned', JSON.stringify(Object.assign({}, secret))],
    ['concatenation', `password: ${String(secret)}`],
  ])('does not show its value by %s', (_, printed) => {
    expect(printed).not.toContain('hunter2')
  })
  test('gives it on request', () => expect(secret.reveal()).toBe('hunter2'))
})

describe('errors', () => {
  test('carry a code, whoever asks', () => {
    expect(codeOf(new CodedError('gone', 'x'))).toBe('gone')
    expect(codeOf(new Error('x'))).toBe('unknown')
    expect(codeOf(new DOMException('x', 'AbortError'))).toBe('aborted')
  })
  test('are final unless they say otherwise', () => {
    expect(isRetryable(new CodedError('a', 'x'))).toBe(false)
    expect(isRetryable(new CodedError('a', 'x', { retryable: true }))).toBe(true)
    expect(isRetryable('text')).toBe(false)
  })
})

test('jitter stays within its share', () => {
  expect(jitter(100, 0.1, () => 0)).toBeCloseTo(90)
  expect(jitter(100, 0.1, () => 1)).toBeCloseTo(110)
})
