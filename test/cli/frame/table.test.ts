import { describe, expect, test } from 'vitest'
import { connectorTenant } from '../../../src/api/connector-tenant.ts'
import { columnsOf } from '../../../src/cli/state/columns.ts'
import { printable, renderTable } from '../../../src/cli/frame/table.ts'

describe('a table', () => {
  test('has columns as wide as their longest cell, and no blanks at line ends', () => {
    expect(
      renderTable(
        ['NAME', 'B'],
        [
          ['a', ''],
          ['longer', '1'],
        ],
      ),
    ).toBe('NAME     B\na\nlonger   1\n')
  })

  test('counts characters, not their encoding', () => {
    expect(renderTable(['A', 'B'], [['é😀', 'x']])).toBe('A    B\né😀   x\n')
  })

  test('lets nothing through that could steer a terminal', () => {
    expect(printable('a\u001b[31mb\u0007\u009b1m\u202ec')).toBe('a[31mb1mc')
    expect(printable('one\n two\tthree')).toBe('one two three')
  })
})

describe('the columns of kubectl get', () => {
  const now = Date.parse('2026-01-02T00:00:00Z')
  const cells = (object: object): Record<string, string> =>
    Object.fromEntries(
      columnsOf(connectorTenant, now).map(column => [column.name, column.valueOf(object as never)]),
    )

  test('come from the definitions', () => {
    const object = {
      metadata: { name: 'a', creationTimestamp: '2025-12-31T23:00:00Z' },
      spec: { database: 'client_1', partnerKeyRef: { name: 'acme' } },
      status: {
        token: { pair: '1:2' },
        conditions: [
          { type: 'Stalled', status: 'True', reason: 'No' },
          { type: 'Ready', status: 'True', reason: 'Ready' },
        ],
      },
    }
    expect(cells(object)).toEqual({
      DATABASE: 'client_1',
      KEY: 'acme',
      'DL:PK': '1:2',
      READY: 'True',
      REASON: 'Ready',
      AGE: '25h',
    })
  })

  test('are empty for what is not there', () => {
    expect(new Set(Object.values(cells({ metadata: { name: 'a' } })))).toEqual(new Set(['']))
  })

  test.each([
    [0, '0s'],
    [119, '119s'],
    [120, '2m'],
    [7199, '119m'],
    [7200, '2h'],
    [172_799, '47h'],
    [172_800, '2d'],
    [-5, '0s'],
  ])('an age of %i s is %s', (seconds, shown) => {
    const creationTimestamp = new Date(now - seconds * 1000).toISOString()
    expect(cells({ metadata: { name: 'a', creationTimestamp } })['AGE']).toBe(shown)
  })
})
