import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AccessParts } from '../../../src/kube/access/access.ts'
import { accessSource } from '../../../src/kube/access/access-source.ts'
import { currentNamespace } from '../../../src/kube/access/current-namespace.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lenskeeper-kubeconfig-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function put(name: string, content: unknown): Promise<string> {
  const path = join(directory, name)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

interface Parts {
  /** Name by server. */
  readonly clusters?: Readonly<Record<string, string | object>>
  readonly users?: Readonly<Record<string, object>>
  /** Name by cluster, user and namespace. */
  readonly contexts?: Readonly<Record<string, readonly [string, string, string?]>>
  readonly current?: string
}

function config({ clusters = {}, users = {}, contexts = {}, current }: Parts): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: Object.entries(clusters).map(([name, given]) => ({
      name,
      cluster: typeof given === 'string' ? { server: given } : given,
    })),
    users: Object.entries(users).map(([name, user]) => ({ name, user })),
    contexts: Object.entries(contexts).map(([name, [cluster, user, namespace]]) => ({
      name,
      context: { cluster, user, namespace },
    })),
    ...(current === undefined ? {} : { 'current-context': current }),
  }
}

function token({ headers }: AccessParts): string | undefined {
  return headers.reveal()['authorization']?.replace('Bearer ', '')
}

const listed = (...files: readonly string[]) => ({ env: { KUBECONFIG: files.join(delimiter) } })

describe('the files of KUBECONFIG, as kubectl takes them', () => {
  const one: Parts = {
    clusters: { c: 'https://one:6443' },
    users: { u: { token: 'one' } },
    contexts: { x: ['c', 'u', 'first'] },
    current: 'x',
  }
  const two: Parts = {
    clusters: { c: 'https://two:6443', d: 'https://other:6443' },
    users: { u: { token: 'two' }, v: { token: 'other' } },
    contexts: { x: ['d', 'v', 'second'], y: ['d', 'v', 'other'] },
    current: 'y',
  }

  test('of what two files have the first one counts, and the other adds the rest', async () => {
    const options = listed(await put('one', config(one)), await put('two', config(two)))
    const access = await accessSource(options)(false)
    expect([access.server, token(access)]).toEqual(['https://one:6443', 'one'])
    expect(currentNamespace(options)).toBe('first')
    const other = await accessSource({ ...options, context: 'y' })(false)
    expect([other.server, token(other)]).toEqual(['https://other:6443', 'other'])
    expect(currentNamespace({ ...options, context: 'y' })).toBe('other')
  })

  test('a context may stand in another file than its cluster, its user and its choice', async () => {
    const files = [
      await put('choice', { 'current-context': 'x' }),
      await put('cluster', config({ clusters: { c: 'https://one:6443' } })),
      await put('user', config({ users: { u: { token: 'one' } } })),
      await put('context', config({ contexts: { x: ['c', 'u'] }, current: 'none' })),
    ]
    const access = await accessSource(listed(...files))(false)
    expect([access.server, token(access)]).toEqual(['https://one:6443', 'one'])
  })

  test('files that are not there, or empty, are skipped', async () => {
    const files = [join(directory, 'no'), await put('empty', ''), await put('one', config(one)), '']
    expect(token(await accessSource(listed(...files))(false))).toBe('one')
  })

  test('none that is there is said so; in a Pod its own account counts', async () => {
    const env = { KUBECONFIG: join(directory, 'no') }
    await expect(accessSource({ env })(false)).rejects.toThrow(
      /KUBECONFIG names .*no, and there is no such file/,
    )
    await put('token', 'pod')
    await put('ca.crt', 'the CA')
    const pod = { ...env, KUBERNETES_SERVICE_HOST: '10.0.0.1' }
    expect(token(await accessSource({ env: pod, serviceAccountDir: directory })(false))).toBe('pod')
  })

  test('a broken file is named, and not quoted', async () => {
    const options = listed(await put('broken', 'users:\n- name: u\n  user: {token: hidden-token\n'))
    const failure = await accessSource(options)(false).catch((error: unknown) => String(error))
    expect(failure).toMatch(/broken is not YAML, by its line \d+: correct it/)
    expect(failure).not.toContain('hidden-token')
  })

  test('paths count from the file that they stand in', async () => {
    await put('a/ca', 'CA of a')
    await put('b/tokens/t', 'from-b\n')
    const files = [
      await put(
        'a/config',
        config({
          ...one,
          users: {},
          clusters: { c: { server: 'https://a', 'certificate-authority': 'ca' } },
        }),
      ),
      await put('b/config', config({ users: { u: { tokenFile: 'tokens/t' } } })),
    ]
    const access = await accessSource(listed(...files))(false)
    expect(String(access.tls.reveal().ca)).toBe('CA of a')
    expect(token(access)).toBe('from-b')
  })

  test('a file that changes is read again', async () => {
    const source = accessSource(listed(await put('one', config(one))))
    expect(token(await source(false))).toBe('one')
    await put('one', config({ ...one, users: { u: { token: 'new' } } }))
    expect(token(await source(false))).toBe('new')
  })
})

describe('a token file', () => {
  const around: Parts = { clusters: { c: 'https://c' }, contexts: { x: ['c', 'u'] }, current: 'x' }

  test('is read at each look, and goes before a token beside it', async () => {
    const tokenFile = await put('t', 'first\n')
    const source = accessSource(
      listed(await put('config', config({ ...around, users: { u: { tokenFile, token: 'old' } } }))),
    )
    expect(token(await source(false))).toBe('first')
    await put('t', 'second\n')
    expect(token(await source(false))).toBe('second')
    await rm(tokenFile)
    expect(token(await source(false))).toBe('old')
  })

  test('counts from ~/.kube/config, too', async () => {
    await put('.kube/t', 'at-home')
    await put('.kube/config', config({ ...around, users: { u: { tokenFile: 't' } } }))
    expect(token(await accessSource({ env: { HOME: directory } })(false))).toBe('at-home')
  })
})

describe('an exec plug-in', () => {
  const plugin = (script: string, more: object = {}): Parts => ({
    clusters: {
      c: {
        server: 'https://c:6443',
        'tls-server-name': 'api',
        'certificate-authority-data': Buffer.from('the CA').toString('base64'),
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

  async function used(parts: Parts, complain?: (text: string) => void): Promise<AccessParts> {
    const options = listed(await put('config', config(parts)))
    return await accessSource(complain === undefined ? options : { ...options, complain })(false)
  }

  test('is heard, also when it succeeds', async () => {
    let heard = ''
    const script = `console.error('open https://login.example'); ${print("'t'")}`
    await used(plugin(script), text => {
      heard += text
    })
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
          'certificate-authority-data': Buffer.from('the CA').toString('base64'),
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
    const status = "{ clientCertificateData: 'cert', clientKeyData: 'key' }"
    const access = await used(
      plugin(`console.log(JSON.stringify({ kind: 'ExecCredential', status: ${status} }))`),
    )
    expect(access.tls.reveal()).toMatchObject({ cert: 'cert', key: 'key' })
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
    ['that needs a terminal', '', { interactiveMode: 'Always' }, /needs a terminal/],
  ])('%s', async (_name, script, more, says) => {
    const failure = await used(plugin(script, more)).then(
      () => 'it worked',
      (error: unknown) => (error as Error).message,
    )
    expect(failure).toMatch(says)
    expect(failure).not.toContain('hidden')
  })

  test('runs again once its credential is over or refused, and not before', async () => {
    const count = join(directory, 'count')
    const script = (until: string): string => `
      const fs = require('node:fs')
      fs.appendFileSync(${JSON.stringify(count)}, 'x')
      const token = String(fs.readFileSync(${JSON.stringify(count)}, 'utf8').length)
      console.log(JSON.stringify({ kind: 'ExecCredential', status: { token, expirationTimestamp: '${until}' } }))`
    const lasting = accessSource(listed(await put('lasting', config(plugin(script('2999-01-01T00:00:00Z'))))))
    expect(token(await lasting(false))).toBe('1')
    expect(token(await lasting(false))).toBe('1')
    expect(token(await lasting(true))).toBe('2')
    const over = accessSource(listed(await put('over', config(plugin(script('2001-01-01T00:00:00Z'))))))
    expect(token(await over(false))).toBe('3')
    expect(token(await over(false))).toBe('4')
  })
})
