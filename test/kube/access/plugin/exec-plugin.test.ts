import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../../src/core/clock.ts'
import type { AccessParts, CredentialOptions } from '../../../../src/kube/access/access.ts'
import { accessSource } from '../../../../src/kube/access/access-source.ts'
import { Transport } from '../../../../src/kube/call/transport.ts'
import { makeTestCertificate } from '../../../proxies/test-certificate.ts'
import { eventually } from '../../../time/eventually.ts'
import { VirtualClock } from '../../../time/virtual-clock.ts'
import { config, listed, token, useKubeconfigPlace, type Parts } from '../kubeconfig-place.ts'

const { certPem, keyPem } = makeTestCertificate()
const place = useKubeconfigPlace()

describe('an exec plug-in', () => {
  const plugin = (script: string, more: object = {}): Parts => ({
    clusters: {
      c: {
        server: 'https://c:6443',
        'tls-server-name': 'api',
        'certificate-authority-data': Buffer.from(certPem).toString('base64'),
        extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'me' } }],
      },
    },
    users: {
      u: {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: process.execPath,
          args: ['-e', script],
          interactiveMode: 'Never',
          ...more,
        },
      },
    },
    contexts: { x: ['c', 'u'] },
    current: 'x',
  })
  const print = (token: string): string =>
    `console.log(JSON.stringify({ kind: 'ExecCredential', status: { token: ${token} } }))`

  async function used(parts: Parts, more: Partial<CredentialOptions> = {}): Promise<AccessParts> {
    return await accessSource({ ...listed(await place.put('config', config(parts))), ...more })(false)
  }

  test('is heard, also when it succeeds', async () => {
    let heard = ''
    const script = `console.error('open https://login.example'); ${print("'t'")}`
    await used(plugin(script), { complain: text => void (heard += text) })
    expect(heard).toBe('open https://login.example\n')
  })

  test('is told what it was called for', async () => {
    const script = print('process.env.KUBERNETES_EXEC_INFO')
    expect(JSON.parse(token(await used(plugin(script))) ?? '')).toEqual({
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
      spec: { interactive: false },
    })
    const told = JSON.parse(token(await used(plugin(script, { provideClusterInfo: true }))) ?? '') as object
    expect(told).toMatchObject({
      spec: {
        cluster: {
          server: 'https://c:6443',
          'tls-server-name': 'api',
          'certificate-authority-data': Buffer.from(certPem).toString('base64'),
          config: { audience: 'me' },
        },
      },
    })
  })

  test('gets its variables', async () => {
    const env = [{ name: 'WHO', value: 'ann' }]
    expect(token(await used(plugin(print('process.env.WHO'), { env })))).toBe('ann')
  })

  test('may give a certificate', async () => {
    const status = JSON.stringify({ clientCertificateData: certPem, clientKeyData: keyPem })
    const access = await used(
      plugin(`console.log(JSON.stringify({ kind: 'ExecCredential', status: ${status} }))`),
    )
    expect(access.tls.reveal()).toMatchObject({ cert: certPem, key: keyPem })
  })

  test.each<[string, string, object, RegExp]>([
    [
      'that fails says what it says',
      "console.log('hidden'); console.error('log in first: acme login'); process.exit(3)",
      {},
      /^the exec plug-in ".*" failed \(exit code 3\): log in first: acme login$/,
    ],
    ['that fails in silence', 'process.exit(1)', {}, /failed \(exit code 1\): it said nothing$/],
    [
      'that is not installed',
      '',
      { command: 'no-such-plugin', installHint: 'brew install it' },
      /"no-such-plugin" is not installed: brew install it$/,
    ],
    ['that prints something else', "console.log('hidden')", {}, /printed no ExecCredential/],
    ['that prints no credential', "console.log('{}')", {}, /printed no ExecCredential/],
    ['that prints a number', print('12345'), {}, /printed no ExecCredential/],
    ['that prints no object', "console.log('null')", {}, /printed no ExecCredential/],
    ['that needs a terminal', '', { interactiveMode: 'Always' }, /needs a terminal/],
    ['of an unknown mode', '', { interactiveMode: 'Often' }, /write Never, IfAvailable or Always$/],
    [
      'of an old API',
      '',
      { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
      /has the apiVersion ".*v1alpha1": write client/,
    ],
    ['without a command', '', { command: '' }, /^the exec plug-in of the kubeconfig has no command$/],
    ['that is a folder', '', { command: tmpdir() }, /cannot be started \(EACCES\)$/],
    [
      'with broken arguments',
      '',
      { args: ['-e', '', 'a\0b'] },
      /cannot be started \(ERR_INVALID_ARG_VALUE\)$/,
    ],
    [
      'that fails in many lines',
      "console.error('one\\ntwo'); process.exit(1)",
      {},
      /exit code 1\): one two$/,
    ],
    [
      'that says what it was given',
      'console.error(`no ${process.env.KEY}`); process.exit(1)',
      { env: [{ name: 'KEY', value: 'hidden-value' }] },
      /\(exit code 1\): no …$/,
    ],
    [
      'that says a token',
      "console.error('sent token=hidden-value'); process.exit(1)",
      {},
      /\(exit code 1\): sent token=…$/,
    ],
    [
      'that kills itself',
      "process.kill(process.pid, 'SIGKILL')",
      {},
      /failed \(exit code none, by a signal\): it said nothing$/,
    ],
    [
      'that prints without end',
      "for (;;) require('node:fs').writeSync(1, 'hidden'.repeat(9000))",
      {},
      /printed far more than a credential, and was ended$/,
    ],
    [
      'that prints a certificate alone',
      `console.log(JSON.stringify({ kind: 'ExecCredential', status: { token: 't', clientCertificateData: 'hidden' } }))`,
      {},
      /printed a certificate without its own key$/,
    ],
    [
      'of another API than it was asked for',
      `console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: 'v9', status: { token: 'hidden' } }))`,
      {},
      /printed an ExecCredential of another apiVersion/,
    ],
    [
      'that prints a token of two lines',
      print("'hidden\\nhidden'"),
      {},
      /printed a token that no header can hold/,
    ],
  ])('%s', async (_name, script, more, says) => {
    const failure = await used(plugin(script, more)).then(
      () => 'it worked',
      (error: unknown) => (error as Error).message,
    )
    expect(failure).toMatch(says)
    expect(failure).not.toContain('hidden')
  })

  test('that does not end is ended, and whatever it has started holds up nobody', async () => {
    const pids = join(place.directory, 'pids')
    // Both hold the pipes open.
    const script = `
      const child = require('node:child_process').spawn('sleep', ['600'], { stdio: 'inherit' })
      require('node:fs').writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid)
      console.error('ready')
      setInterval(() => {}, 1000)`
    const clock = new VirtualClock()
    const { promise: isReady, resolve: ready } = Promise.withResolvers<void>()
    const failing = used(plugin(script), { clock, complain: () => ready() }).catch(
      (error: unknown) => (error as Error).message,
    )
    await isReady
    const [own, started] = (await readFile(pids, 'utf8')).split(' ').map(Number)
    try {
      await clock.advance(5 * 60_000)
      expect(await failing).toMatch(/did not end within 5 minutes, and was ended$/)
      await eventually(() => expect(isRunning(own)).toBe(false))
    } finally {
      process.kill(started ?? 0, 'SIGKILL')
    }
  })

  test('ends with the connections', async () => {
    const script = "console.error('ready'); setInterval(() => {}, 1000)"
    const { promise: isReady, resolve: ready } = Promise.withResolvers<void>()
    const options = { ...listed(await place.put('config', config(plugin(script)))), complain: () => ready() }
    const transport = new Transport({ access: accessSource(options), clock: systemClock, random: () => 0 })
    const failing = transport.logIn(new AbortController().signal).catch((error: unknown) => String(error))
    await isReady
    await transport.close()
    expect(await failing).toContain('the connections were closed')
  })

  test('runs again once its credential is over or refused, and not before', async () => {
    const count = join(place.directory, 'count')
    const script = (until: string): string => `
      const fs = require('node:fs')
      fs.appendFileSync(${JSON.stringify(count)}, 'x')
      const token = String(fs.readFileSync(${JSON.stringify(count)}, 'utf8').length)
      console.log(JSON.stringify({ kind: 'ExecCredential', status: { token, expirationTimestamp: '${until}' } }))`
    const lasting = accessSource(
      listed(await place.put('lasting', config(plugin(script('2999-01-01T00:00:00Z'))))),
    )
    expect(token(await lasting(false))).toBe('1')
    expect(token(await lasting(false))).toBe('1')
    expect(token(await lasting(true))).toBe('2')
    const over = accessSource(listed(await place.put('over', config(plugin(script('2001-01-01T00:00:00Z'))))))
    expect(token(await over(false))).toBe('3')
    expect(token(await over(false))).toBe('4')
  })
})

function isRunning(pid: number | undefined): boolean {
  try {
    process.kill(pid ?? 0, 0)
    return true
  } catch {
    return false
  }
}
