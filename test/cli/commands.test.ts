// The program as a process: what every command has in common.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { lint } from '../../src/cli/lint/lint.ts'
import { check } from '../../src/cli/server/check.ts'
import { orphans } from '../../src/cli/server/orphans.ts'
import { sql } from '../../src/cli/server/sql.ts'
import { explain } from '../../src/cli/state/explain.ts'
import { status } from '../../src/cli/state/status.ts'
import { token } from '../../src/cli/token/inspect.ts'
import { verify } from '../../src/cli/token/verify.ts'
import { demo } from '../../src/cli/local/demo.ts'
import { dev } from '../../src/cli/local/dev.ts'
import { dispatch } from '../../src/cli/frame/dispatch.ts'
import type { Entry } from '../../src/cli/frame/entry.ts'
import { embedCommands } from '../../src/cli/embed/commands.ts'
import { keyCommands } from '../../src/cli/keys/commands.ts'
import { rolloutCommands } from '../../src/cli/rollout/commands.ts'
import { recordedTerminal } from '../builders/recorded-terminal.ts'

const main = fileURLToPath(new URL('../../bin/lenskeeper.mjs', import.meta.url))

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

  test.each(['--version', 'version'])('%s says which one it is', async word => {
    const { version } = manifest
    expect(await lenskeeper(word)).toEqual({ code: 0, output: `lenskeeper ${version}\n`, complaints: '' })
  })

  test('it tells programs what it runs on, too', async () => {
    const { code, output } = await lenskeeper('--version', '-o', 'json')
    expect([code, JSON.parse(output)]).toEqual([
      0,
      {
        version: manifest.version,
        node: process.versions.node,
        platform: `${process.platform}/${process.arch}`,
      },
    ])
  })

  test.each([
    [[], '', 2],
    [['keys', 'acme', '-o', 'json'], 'lenskeeper keys: now "lenskeeper key list"\n', 2],
    [['keys', '--help'], 'lenskeeper keys: now "lenskeeper key list"\n', 2],
    [['nothing'], 'lenskeeper: there is no command "nothing"; "lenskeeper --help" lists them\n', 2],
    [
      ['run', '--kubeconfig', '/not/there', '--listen', 'off'],
      'lenskeeper run: /not/there: there is no such file\n',
      2,
    ],
    [
      ['run', '--kubeconfig', import.meta.dirname, '--listen', 'off'],
      `lenskeeper run: ${import.meta.dirname}: it is a folder\n`,
      2,
    ],
    [
      ['status', '--kubeconfig', import.meta.filename],
      /^lenskeeper status: \S+ is not YAML, by its line \d+: correct it\n$/,
      2,
    ],
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

describe('commands that share a first word', () => {
  const groups: readonly Entry[] = [
    { name: 'rollout', summary: 'new keys on their way', commands: rolloutCommands },
    { name: 'key', summary: 'keys to the vault', commands: keyCommands },
    { name: 'embed', summary: 'links', commands: embedCommands },
  ]
  const leaves = groups.flatMap(group =>
    'commands' in group ? group.commands.map(entry => [group.name, entry] as const) : [],
  )

  test.each(leaves)('%s $name explains itself', async (word, entry) => {
    const { name } = entry
    const terminal = recordedTerminal()
    expect(await dispatch([word, name, '--help'], groups, terminal)).toBe(0)
    expect(terminal.output).toContain(`\nUsage: lenskeeper ${word} ${name} `)
    expect(terminal.output).toMatch(/Exit codes: 0 .*\n?.*Examples?:\n/s)
    expect((await entry.load()).name).toBe(name)
  })

  test.each([
    [['rollout'], 2, /^New keys on their way\.\n\nUsage: lenskeeper rollout COMMAND/, /^$/],
    [['key', '--help'], 0, /^ {2}import {2}/m, /^$/],
    [
      ['key', 'delete', '--help'],
      2,
      /^$/,
      /^lenskeeper key: there is no command "delete"; "lenskeeper key --help"/,
    ],
    [
      ['rollout', 'status'],
      2,
      /^$/,
      /^lenskeeper rollout status: which PartnerKey\?.*\("lenskeeper rollout status --help"\)/,
    ],
    [['rollout', 'status', 'acme', '--timeout', '5m'], 2, /^$/, /--timeout goes with --wait/],
    [['rollout', 'status', 'acme', '--wait', '--timeout', 'soon'], 2, /^$/, /a time such as 10m/],
    [['rollout', 'undo', 'acme', '--to', '1'], 2, /^$/, /a pair such as 1:2/],
    [['rollout', 'plan', 'acme', '--key-version', 'two'], 2, /^$/, /--key-version takes a key version/],
  ])('%j', async (args, code, output, complaints) => {
    const terminal = recordedTerminal()
    expect(await dispatch(args, groups, terminal)).toBe(code)
    expect(terminal.output).toMatch(output)
    expect(terminal.complaints).toMatch(complaints)
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
    [explain, ['tenant', 'acme'], /now "lenskeeper explain NAME", without "tenant"/],
    [explain, ['acme', 'other'], /it takes one NAME/],
    [explain, ['key/acme'], /it takes NAME, tenant\/NAME or embed\/NAME/],
    [explain, ['embed/'], /that is not the name of a tenant or embed/],
    [explain, ['embed/a/b'], /that is not the name of a tenant or embed/],
    [token, ['inspect', '--secret', 'a/b'], /now "lenskeeper token", without "inspect"/],
    // To the API server an empty one is all namespaces, which nobody asks for with -n "$UNSET".
    [status, ['--namespace', ''], /--namespace takes the name of a namespace/],
    [status, ['--namespace', 'a/b'], /--namespace takes the name of a namespace/],
    [check, ['a..b'], /that is not the name of a connection/],
    [orphans, ['default', '--installation-id', 'prod-'], /--installation-id takes 1 to 63 letters/],
    [
      orphans,
      ['default', '--watch-namespaces', 'tenants,B'],
      /--watch-namespaces must be .* namespace names/,
    ],
    [lint, ['--namespace', 'A_b', 'x.yaml'], /--namespace takes the name of a namespace/],
    [lint, ['--secret-metadata-prefixes', 'acme.example', 'x.yaml'], /prefixes that end with a slash/],
    [sql, ['--reader', 'r'.repeat(129)], /--reader takes the name of a ClickHouse user/],
    [sql, ['--pattern', 'p'.repeat(138)], /--pattern takes a glob/],
    [verify, ['--secret', 'a..b/c'], /--secret takes NAMESPACE\/NAME/],
    [token, ['--key', 'a/b..c'], /--key takes NAMESPACE\/NAME/],
  ])('$0.name $1', async (command, args, complaint) => {
    const terminal = recordedTerminal()
    const entry = { name: command.name, summary: '', load: () => Promise.resolve(command) }
    expect(await dispatch([command.name, ...args], [entry], terminal)).toBe(2)
    expect(terminal.complaints).toMatch(complaint)
    expect(terminal.complaints.trim().split('\n')).toHaveLength(1)
    expect(terminal.output).toBe('')
  })
})
