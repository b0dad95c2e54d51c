import { expect, test } from 'vitest'
import { catalogue } from '../../../src/cli/catalogue.ts'
import { dispatch } from '../../../src/cli/frame/dispatch.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'

/** The words that are offered, and whether files may stand there too. */
async function offered(...line: readonly string[]): Promise<readonly string[]> {
  const terminal = recordedTerminal()
  expect(await dispatch(['__complete', ...line], catalogue, terminal)).toBe(0)
  return terminal.output
    .trimEnd()
    .split('\n')
    .map(one => one.split('\t')[0] ?? '')
}

test.each<[readonly string[], readonly string[]]>([
  [['stat'], ['status', ':4']],
  [
    ['rollout', 'p'],
    ['plan', 'pause', 'promote', ':4'],
  ],
  [
    ['rollout', 'pause', '--na'],
    ['--namespace', ':4'],
  ],
  [
    ['status', '--all', ''],
    ['connection', 'key', 'tenant', 'embed', ':4'],
  ],
  [
    ['status', 't'],
    ['tenant', ':4'],
  ],
  [
    ['status', '-n', 'team', 't'],
    ['tenant', ':4'],
  ],
  // Names of objects are no files, and no cluster is asked for them.
  [['status', 'tenant', ''], [':4']],
  [['explain', ''], [':4']],
  [['key', 'export', ''], [':4']],
  [['key', 'export', 'acme', '--out', ''], [':0']],
  [['embed', 'inspect', ''], [':4']],
  [
    ['status', '--output=j'],
    ['json', ':4'],
  ],
  [
    ['status', '--output', '=', 'j'],
    ['json', ':4'],
  ],
  [
    ['version', '--output', '='],
    ['table', 'json', 'yaml', ':4'],
  ],
  [['status', '--kubeconfig=/etc/'], [':0']],
  [
    ['status', '--context', '=', 'a', 'ten'],
    ['tenant', ':4'],
  ],
  [
    ['status', '-o', ''],
    ['table', 'wide', 'name', 'json', 'yaml', ':4'],
  ],
  [
    ['status', '--output', 'j'],
    ['json', ':4'],
  ],
  [
    ['version', '-o', ''],
    ['table', 'json', 'yaml', ':4'],
  ],
  [['status', '--kubeconfig', ''], [':0']],
  [['status', '--context', ''], [':4']],
  // What is there once does not come again, whichever way it was written.
  [['status', '-A', '--all'], [':4']],
  [['status', '--context=a', '--cont'], [':4']],
  [['lint', ''], [':0']],
  [
    ['completion', 'f'],
    ['fish', ':4'],
  ],
  [['nothing', ''], [':4']],
  // What was renamed, and what is for no person, is not offered.
  [['keys'], [':4']],
  [['__'], [':4']],
])('after %j comes %j', async (line, expected) => {
  expect(await offered(...line)).toEqual(expected)
})

test('every command and every flag is offered', async () => {
  const words = await offered('')
  for (const entry of catalogue.filter(one => 'summary' in one)) {
    expect(words).toContain(entry.name)
    if (!('load' in entry)) continue
    const flags = Object.keys((await entry.load()).flags).map(name => `--${name}`)
    expect(await offered(entry.name, '--')).toEqual([...flags, '--help', ':4'])
  }
})

test.each<[readonly string[], string]>([
  [['statsu'], 'did you mean "lenskeeper status"?'],
  [['rollout', 'puase'], 'did you mean "lenskeeper rollout pause"?'],
  [['status', '--namspace', 'a'], 'Did you mean --namespace?'],
  [['status', '--namspace=a'], 'Did you mean --namespace?'],
  [['status', 'tenatn'], 'did you mean "tenant"?'],
])('%j is asked about', async (line, question) => {
  const terminal = recordedTerminal()
  expect(await dispatch(line, catalogue, terminal)).toBe(2)
  expect(terminal.complaints).toContain(question)
})

test.each<[readonly string[], string]>([
  [['help', 'status'], 'Usage: lenskeeper status '],
  [['help', 'rollout', 'pause'], 'Usage: lenskeeper rollout pause '],
  [['rollout', 'help', 'pause'], 'Usage: lenskeeper rollout pause '],
  [['help'], 'Usage: lenskeeper COMMAND'],
])('%j is help', async (line, usage) => {
  const terminal = recordedTerminal()
  expect(await dispatch(line, catalogue, terminal)).toBe(0)
  expect(terminal.output).toContain(usage)
})

test('flags before the command are told where they go, without what they hold', async () => {
  const terminal = recordedTerminal()
  expect(await dispatch(['--context=hidden', 'status'], catalogue, terminal)).toBe(2)
  expect(terminal.complaints).toBe(
    'lenskeeper: flags come after the command: "lenskeeper COMMAND --context …"\n',
  )
})

test('what is like nothing is not asked about', async () => {
  const terminal = recordedTerminal()
  expect(await dispatch(['deploy'], catalogue, terminal)).toBe(2)
  expect(terminal.complaints).not.toContain('did you mean')
})
