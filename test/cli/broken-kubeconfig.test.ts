import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalogue } from '../../src/cli/catalogue.ts'
import { dispatch } from '../../src/cli/frame/dispatch.ts'
import type { CommandEntry } from '../../src/cli/frame/entry.ts'
import { recordedTerminal } from '../builders/recorded-terminal.ts'
import { vectorKey } from '../vectors/token-vectors.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lenskeeper-broken-'))
  const cluster = { server: 'https://127.0.0.1:1', 'certificate-authority': 'no.crt' }
  const config = {
    clusters: [{ name: 'c', cluster }],
    contexts: [{ name: 'x', context: { cluster: 'c' } }],
    'current-context': 'x',
  }
  await writeFile(join(directory, 'config'), JSON.stringify(config))
  await writeFile(join(directory, 'key.pem'), vectorKey('partnerKeys', 1).privatePem, {
    mode: 0o600,
  })
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** What each command that asks a cluster is called with. */
const calls: readonly string[] = [
  'run --listen off',
  'run --listen off --installation-id here',
  'verify --secret n/s',
  'status',
  'status tenants acme -n n',
  'explain acme',
  'token --secret n/s',
  'check main',
  'orphans main',
  'rollout status acme',
  'rollout plan acme',
  'rollout pause acme',
  'rollout resume acme',
  'rollout promote acme',
  'rollout undo acme',
  'key list acme',
  'key export acme --key-version 1 --out DIR/out.pem',
  'key import acme --key-version 1 --file DIR/key.pem',
  'handover acme',
  'report --to DIR/report.json',
]

/** It cannot succeed by itself, so nobody may have to wait for a deadline, or read a log that grows. */
test.each(calls)('%s ends at once, with one line and exit code 2', async call => {
  const args = call.replaceAll('DIR', directory).split(' ')
  const terminal = recordedTerminal()
  const code = await dispatch([...args, '--kubeconfig', join(directory, 'config')], catalogue, terminal)
  const name = args.slice(0, ['rollout', 'key'].includes(args[0] ?? '') ? 2 : 1).join(' ')
  expect(terminal.complaints).toBe(
    `lenskeeper ${name}: certificate-authority of the kubeconfig, ${directory}/no.crt: there is no such file\n`,
  )
  expect(code).toBe(2)
})

test('no command that takes a kubeconfig is left out', async () => {
  const entries = catalogue.flatMap(entry => {
    if ('commands' in entry)
      return entry.commands.map(inner => [`${entry.name} ${inner.name}`, inner] as const)
    return 'load' in entry ? [[entry.name, entry] as const] : []
  })
  const asking: string[] = []
  for (const [name, entry] of entries) if (await takesKubeconfig(entry)) asking.push(name)
  expect(asking.filter(name => !calls.some(call => call.startsWith(name)))).toEqual([])
  expect(asking.length).toBeGreaterThan(10)
})

async function takesKubeconfig(entry: CommandEntry): Promise<boolean> {
  return 'kubeconfig' in (await entry.load()).flags
}
