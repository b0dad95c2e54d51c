import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { accountStatements, type ReaderMode } from '../../../src/clickhouse/accounts/operator-account.ts'
import { renderAccountSql, standardAccount } from '../../../src/cli/server/account-sql.ts'
import { dispatch } from '../../../src/cli/frame/dispatch.ts'
import { sql } from '../../../src/cli/server/sql.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'

async function run(...args: readonly string[]) {
  const terminal = recordedTerminal()
  const entry = { name: 'sql', summary: '', load: () => Promise.resolve(sql) }
  const code = await dispatch(['sql', ...args], [entry], terminal)
  return { code, output: terminal.output, complaints: terminal.complaints }
}

/** What a client would run: comments and blank lines aside, each statement in a line of its own. */
function statementsIn(text: string): readonly string[] {
  return text.split('\n').filter(line => line !== '' && !line.startsWith('--'))
}

describe('lenskeeper sql', () => {
  test.each<readonly [string, ReaderMode]>([
    ['managed', 'managed'],
    ['external-reader', 'externalReader'],
    ['external-grants', 'externalGrants'],
  ])('--mode %s: exactly the rights that the account needs', async (flag, mode) => {
    const request = { mode, patterns: ['a_*', 'b'], readerUser: 'r', allowDrop: true, username: 'u' }
    const names = ['--user', 'u', '--reader', 'r', '--pattern', 'a_*', '--pattern', 'b']
    const { code, output } = await run('--mode', flag, ...names, '--allow-drop')
    expect(code).toBe(0)
    expect(statementsIn(output)).toEqual(accountStatements(request).map(statement => `${statement};`))
    const { output: json } = await run('--mode', flag, ...names, '--allow-drop', '-o', 'json')
    const listed = JSON.parse(json) as readonly { readonly statement: string }[]
    expect(listed.map(({ statement }) => statement)).toEqual(accountStatements(request))
  })

  test('says when the rights reach further than the names', async () => {
    expect((await run('--pattern', '{namespace}__*')).output).toContain('these rights reach every database')
    expect((await run('--pattern', 'client_*')).output).not.toContain('these rights reach every database')
  })

  test.each([
    ['an unknown mode', ['--mode', 'none'], /it takes managed, external-reader, external-grants/],
    ['a pattern that would end its comment', ['--pattern', 'a\nDROP DATABASE b'], /takes a glob/],
    ['a user with a quote', ['--user', 'a`b'], /takes the name of a ClickHouse user/],
    ['an unknown format', ['-o', 'table'], /it takes sql or json/],
    ['an argument', ['client_*'], /unexpected argument/],
  ] as const)('wrong use: %s', async (_name, args, says) => {
    const { code, output, complaints } = await run(...args)
    expect(complaints).toMatch(says)
    expect(output).toBe('')
    expect(code).toBe(2)
  })
})

test('deploy/clickhouse/operator-account.sql is fresh (else: npm run crds), and what the command prints by itself', async () => {
  const file = readFileSync(
    join(import.meta.dirname, '../../..', 'deploy', 'clickhouse', 'operator-account.sql'),
    'utf8',
  )
  const standard = renderAccountSql(standardAccount)
  expect(file.endsWith(standard)).toBe(true)
  expect(statementsIn(file)).toEqual(statementsIn(standard))
  expect((await run()).output).toBe(standard)
})
