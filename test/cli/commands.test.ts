// The program as a process: what every command has in common.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { demo } from '../../src/cli/demo.ts'
import { dev } from '../../src/cli/dev.ts'
import { dispatch } from '../../src/cli/dispatch.ts'
import { recordedTerminal } from '../support/recorded-terminal.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

function lenskeeper(
  ...args: readonly string[]
): Promise<{ code: number; output: string; complaints: string }> {
  return new Promise(resolve => {
    const child = execFile(process.execPath, [main, ...args], (_, output, complaints) =>
      resolve({ code: child.exitCode ?? -1, output, complaints }),
    )
  })
}

describe('the program', () => {
  test('lists its commands, and each of them explains itself', { timeout: 120_000 }, async () => {
    const { code, output } = await lenskeeper('--help')
    expect(code).toBe(0)
    const names = [...output.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(match => match[1] ?? '')
    expect(names).toEqual(expect.arrayContaining(['run', 'dev', 'demo', 'verify', 'crds']))
    for (const name of names) {
      const help = await lenskeeper(name, '--help')
      expect(help.output, name).toContain(`\nUsage: lenskeeper ${name}`)
      expect(help.output, name).toContain('--help')
      expect(help.complaints, name).toBe('')
      expect(help.code, name).toBe(0)
    }
  })

  test.each([
    [[], '', 2],
    [['nothing'], 'lenskeeper: there is no command "nothing"; "lenskeeper --help" lists them\n', 2],
    [
      ['crds', '--no-such'],
      /^lenskeeper crds: Unknown option '--no-such'.*\("lenskeeper crds --help"\)\n$/,
      2,
    ],
  ])('%j is wrong use, said in one line', async (args, complaint, code) => {
    const answer = await lenskeeper(...args)
    if (typeof complaint === 'string') expect(answer.complaints).toBe(complaint)
    else expect(answer.complaints).toMatch(complaint)
    expect(answer.code).toBe(code)
  })
})

describe('wrong flags start nothing', () => {
  test.each([
    [dev, ['--replicas', '-1'], /--replicas/],
    [dev, ['--replicas', '1.5'], /--replicas is "1\.5"; it takes a number from 0 to 5/],
    [dev, ['--clickhouse-replicas', '0'], /--clickhouse-replicas is "0"; it takes a number from 1 to 8/],
    [dev, ['here'], /unexpected argument "here"/],
    [dev, ['--state'], /--state/],
    [demo, ['twice'], /unexpected argument "twice"/],
    [demo, ['--state', 'x'], /Unknown option '--state'/],
  ])('$0.name $1', async (command, args, complaint) => {
    const terminal = recordedTerminal()
    const entry = { name: command.name, summary: '', load: () => Promise.resolve(command) }
    expect(await dispatch([command.name, ...args], [entry], terminal)).toBe(2)
    expect(terminal.complaints).toMatch(complaint)
    expect(terminal.complaints.trim().split('\n')).toHaveLength(1)
    expect(terminal.output).toBe('')
  })
})
