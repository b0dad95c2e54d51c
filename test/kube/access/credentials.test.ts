import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import type { Access, AccessSource } from '../../../src/kube/access/access.ts'
import { accessSource } from '../../../src/kube/access/access-source.ts'
import { Credentials } from '../../../src/kube/access/credentials.ts'
import { currentNamespace } from '../../../src/kube/access/current-namespace.ts'
import { Transport } from '../../../src/kube/call/transport.ts'
import { ScriptedServer, sendJson, sendStatus } from '../../proxies/scripted-server.ts'
import { issue } from '../../proxies/test-chain.ts'
import { makeTestCertificate, type TestCertificate } from '../../proxies/test-certificate.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const never = new AbortController().signal
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lenskeeper-credentials-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** As kubelet and careful people do it: never half a file. */
async function put(name: string, content: string): Promise<string> {
  const path = join(directory, name)
  await writeFile(`${path}.new`, content)
  await rename(`${path}.new`, path)
  return path
}

function kubeconfig(user: object, cluster: object = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443/base/', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [
      { name: 'x', context: { cluster: 'c', user: 'u' } },
      { name: 'y', context: { cluster: 'none', user: 'u' } },
    ],
    'current-context': 'x',
  })
}

function authorization(access: Pick<Access, 'headers'>): string | string[] | undefined {
  return access.headers.reveal()['authorization']
}

describe('a kubeconfig', () => {
  test('gives server, token and TLS material, none of which is ever printed', async () => {
    const { certPem, keyPem } = makeTestCertificate()
    const user = {
      token: 'the-token',
      'client-certificate-data': Buffer.from(certPem).toString('base64'),
      'client-key-data': Buffer.from(keyPem).toString('base64'),
    }
    const path = await put(
      'config',
      kubeconfig(user, { 'tls-server-name': 'api', 'proxy-url': 'http://p:1' }),
    )
    const access = await accessSource({ kubeconfig: path, env: {} })(false)
    expect(access.server).toBe('https://127.0.0.1:6443/base')
    expect(authorization(access)).toBe('Bearer the-token')
    expect(access.tls.reveal()).toMatchObject({ servername: 'api' })
    expect(String(access.tls.reveal().cert)).toBe(certPem)
    expect(access.proxy?.reveal()).toBe('http://p:1')
    expect(inspect(access, { depth: 10 }) + JSON.stringify(access)).not.toMatch(/the-token|PRIVATE|http:/)
  })

  test.each([
    ['tokenFile', (file: string) => ({ tokenFile: file })],
    ['an exec plug-in', (file: string) => ({ exec: execReading(file) })],
  ])('with %s follows the changing token', async (_, user) => {
    const file = await put('token', 'first\n')
    const source = accessSource({ kubeconfig: await put('config', kubeconfig(user(file))), env: {} })
    expect(authorization(await source(false))).toBe('Bearer first')
    await put('token', 'second\n')
    expect(authorization(await source(true))).toBe('Bearer second')
  })

  test('that changes is read again', async () => {
    const path = await put('config', kubeconfig({ token: 'first' }))
    const source = accessSource({ kubeconfig: path, env: {} })
    expect(authorization(await source(false))).toBe('Bearer first')
    await put('config', kubeconfig({ username: 'ann', password: 'pass' }))
    expect(authorization(await source(false))).toBe(`Basic ${Buffer.from('ann:pass').toString('base64')}`)
  })

  test('without a cluster for its context is an error that says so', async () => {
    const path = await put('config', kubeconfig({ token: 't' }))
    await expect(accessSource({ kubeconfig: path, context: 'y', env: {} })(false)).rejects.toThrow(
      /has no cluster for its context "y"/,
    )
    await expect(accessSource({ kubeconfig: `${path}-not`, env: {} })(false)).rejects.toThrow(/no such file/)
  })

  test('KUBECONFIG counts as it is given, not as this process has it', async () => {
    const [first, second] = [await put('config', kubeconfig({ token: 'mine' })), `${directory}/not-there`]
    vi.stubEnv('KUBECONFIG', second)
    try {
      const options = { env: { KUBECONFIG: first } }
      expect(authorization(await accessSource(options)(false))).toBe('Bearer mine')
      expect(currentNamespace(options)).toBe('default')
      expect(() => currentNamespace({ env: { KUBECONFIG: second } })).toThrow(/no such file/)
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test('an empty name is no file, and never the default cluster', async () => {
    const options = { kubeconfig: '', env: {} }
    await expect(accessSource(options)(false)).rejects.toThrow(/no such file/)
    expect(() => currentNamespace(options)).toThrow(/no such file/)
  })

  test('none at all is said so', async () => {
    vi.stubEnv('HOME', directory)
    vi.stubEnv('KUBECONFIG', undefined)
    try {
      await expect(accessSource({ env: {} })(false)).rejects.toThrow(
        'there is no kubeconfig: none in KUBECONFIG or ~/.kube/config, and this is no Pod.',
      )
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test('without a home there is none, and nothing else is wrong', async () => {
    vi.stubEnv('HOME', '')
    try {
      await expect(accessSource({ env: {} })(false)).rejects.toThrow(
        'there is no kubeconfig: none in KUBECONFIG, nothing says which folder is ~ (HOME is not set), and this is no Pod. Name one with --kubeconfig',
      )
      expect(currentNamespace({ env: {} })).toBe('default')
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

function execReading(file: string): object {
  const script = `
    const token = require('node:fs').readFileSync(process.argv[1], 'utf8').trim()
    console.log(JSON.stringify({ kind: 'ExecCredential', status: { token } }))`
  return {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: ['-e', script, file],
    interactiveMode: 'Never',
  }
}

test('a pod’s ServiceAccount is used without a kubeconfig', async () => {
  await put('token', 'pod-token\n')
  await put('ca.crt', 'the CA')
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
  const access = await accessSource({ env, serviceAccountDir: directory })(false)
  expect(access.server).toBe('https://[fd00::1]:443')
  expect(authorization(access)).toBe('Bearer pod-token')
  expect(String(access.tls.reveal().ca)).toBe('the CA')
})

describe('credentials in use', () => {
  const parts = async () => await accessSource({ kubeconfig: join(directory, 'config'), env: {} })(false)

  test('are read once a minute, however many ask, and kept when that fails', async () => {
    await put('config', kubeconfig({ token: 'first' }))
    const clock = new VirtualClock()
    let reads = 0
    const source: AccessSource = async () => {
      reads++
      if (reads === 2) throw new Error('the file is being replaced')
      return await parts()
    }
    const credentials = new Credentials(source, clock)
    const [one, two] = await Promise.all([credentials.current(), credentials.current()])
    expect(one).toBe(two)
    await clock.advance(59_999)
    await credentials.current()
    expect(reads).toBe(1)
    await clock.advance(1)
    expect(await credentials.current()).toBe(one)
    await put('config', kubeconfig({ token: 'second' }))
    await clock.advance(60_000)
    expect(authorization(await credentials.current())).toBe('Bearer second')
    expect(reads).toBe(3)
  })

  test('a new token needs no new connections, a new CA does', async () => {
    const ca = (text: string) => ({ 'certificate-authority-data': Buffer.from(text).toString('base64') })
    const [one, two] = [makeTestCertificate().certPem, makeTestCertificate().certPem]
    const ids: string[] = []
    for (const [token, text] of [
      ['a', one],
      ['b', one],
      ['b', two],
    ] as const) {
      await put('config', kubeconfig({ token }, ca(text)))
      ids.push((await new Credentials(parts, systemClock).current()).connectionId)
    }
    expect(ids[0]).toBe(ids[1])
    expect(ids[1]).not.toBe(ids[2])
  })
})

describe('through TLS', () => {
  async function withServer(
    certificate: TestCertificate,
    port: number,
    run: (port: number) => Promise<void>,
  ) {
    const server = await ScriptedServer.start(
      (seen, response) => {
        if (seen.headers.authorization === 'Bearer good') sendJson(response, 200, { ok: true })
        else sendStatus(response, 401)
      },
      certificate,
      port,
    )
    try {
      await run(server.port)
    } finally {
      await server.close()
    }
  }

  test('a server with another CA is refused, and welcome once the CA file has changed', async () => {
    const [before, after] = [makeTestCertificate(), makeTestCertificate()]
    const caFile = await put('ca.crt', before.certPem)
    const clock = new VirtualClock()
    let port = 0
    await withServer(before, 0, async chosen => {
      port = chosen
      const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority': caFile }
      await put('config', kubeconfig({ token: 'good' }, cluster))
    })
    const transport = new Transport({
      access: accessSource({ kubeconfig: join(directory, 'config'), env: {} }),
      clock,
      random: () => 0,
    })
    const call = { method: 'GET', path: '/' } as const
    await withServer(before, port, async () => {
      expect(await transport.request(call, never)).toEqual({ ok: true })
    })
    await withServer(after, port, async () => {
      await expect(transport.request(call, never)).rejects.toMatchObject({
        code: 'unavailable',
        uncertain: false,
      })
      await put('ca.crt', after.certPem)
      await clock.advance(60_000)
      expect(await transport.request(call, never)).toEqual({ ok: true })
    })
    await transport.close()
  })

  test('an authority that another has signed is trusted by itself, as by kubectl', async () => {
    const root = issue({ commonName: 'Root', authority: true })
    const middle = issue({ commonName: 'Middle', authority: true, issuer: root })
    const leaf = issue({ commonName: 'api', issuer: middle, names: ['127.0.0.1'] })
    await withServer(leaf, 0, async port => {
      const cluster = {
        server: `https://127.0.0.1:${port}`,
        'certificate-authority-data': Buffer.from(middle.certPem).toString('base64'),
      }
      const path = await put('config', kubeconfig({ token: 'good' }, cluster))
      const transport = new Transport({
        access: accessSource({ kubeconfig: path, env: {} }),
        clock: new VirtualClock(),
        random: () => 0,
      })
      expect(await transport.request({ method: 'GET', path: '/' }, never)).toEqual({ ok: true })
      await transport.close()
    })
  })

  test('a token that was replaced on disk is used at once when the old one is refused', async () => {
    const certificate = makeTestCertificate()
    await withServer(certificate, 0, async port => {
      const cluster = {
        server: `https://127.0.0.1:${port}`,
        'certificate-authority-data': Buffer.from(certificate.certPem).toString('base64'),
      }
      const tokenFile = await put('token', 'old')
      const path = await put('config', kubeconfig({ tokenFile }, cluster))
      const transport = new Transport({
        access: accessSource({ kubeconfig: path, env: {} }),
        clock: new VirtualClock(),
        random: () => 0,
      })
      const call = { method: 'POST', path: '/', body: {} } as const
      await expect(transport.request(call, never)).rejects.toMatchObject({ code: 'unauthorized' })
      await put('token', 'good')
      expect(await transport.request(call, never)).toEqual({ ok: true })
      await transport.close()
    })
  })
})
