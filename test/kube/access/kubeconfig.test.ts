import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { accessSource } from '../../../src/kube/access/access-source.ts'
import { currentNamespace } from '../../../src/kube/access/current-namespace.ts'
import { makeTestCertificate } from '../../proxies/test-certificate.ts'
import { config, listed, token, useKubeconfigPlace, type Parts } from './kubeconfig-place.ts'

const { certPem } = makeTestCertificate()
const place = useKubeconfigPlace()

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
    const options = listed(await place.put('one', config(one)), await place.put('two', config(two)))
    const access = await accessSource(options)(false)
    expect([access.server, token(access)]).toEqual(['https://one:6443', 'one'])
    expect(currentNamespace(options)).toBe('first')
    const other = await accessSource({ ...options, context: 'y' })(false)
    expect([other.server, token(other)]).toEqual(['https://other:6443', 'other'])
    expect(currentNamespace({ ...options, context: 'y' })).toBe('other')
  })

  test('a context may stand in another file than its cluster, its user and its choice', async () => {
    const files = [
      await place.put('choice', { 'current-context': 'x' }),
      await place.put('cluster', config({ clusters: { c: 'https://one:6443' } })),
      await place.put('user', config({ users: { u: { token: 'one' } } })),
      await place.put('context', config({ contexts: { x: ['c', 'u'] }, current: 'none' })),
    ]
    const access = await accessSource(listed(...files))(false)
    expect([access.server, token(access)]).toEqual(['https://one:6443', 'one'])
  })

  test('files that are not there, or empty, are skipped', async () => {
    const files = [
      join(place.directory, 'no'),
      await place.put('empty', ''),
      await place.put('one', config(one)),
      '',
    ]
    expect(token(await accessSource(listed(...files))(false))).toBe('one')
  })

  test('none that is there is said so; in a Pod its own account counts', async () => {
    const env = { KUBECONFIG: join(place.directory, 'no') }
    await expect(accessSource({ env })(false)).rejects.toThrow(
      /KUBECONFIG names .*no, and there is no such file/,
    )
    await place.put('token', 'pod')
    await place.put('ca.crt', 'the CA')
    const pod = { ...env, KUBERNETES_SERVICE_HOST: '10.0.0.1' }
    expect(token(await accessSource({ env: pod, serviceAccountDir: place.directory })(false))).toBe('pod')
  })

  test('a broken file is named, and not quoted', async () => {
    const options = listed(await place.put('broken', 'users:\n- name: u\n  user: {token: hidden-token\n'))
    const failure = await accessSource(options)(false).catch((error: unknown) => String(error))
    expect(failure).toMatch(/broken is not YAML, by its line \d+: correct it/)
    expect(failure).not.toContain('hidden-token')
  })

  test('paths count from the file that they stand in', async () => {
    await place.put('a/ca', certPem)
    await place.put('b/tokens/t', 'from-b\n')
    const files = [
      await place.put(
        'a/config',
        config({
          ...one,
          users: {},
          clusters: { c: { server: 'https://a', 'certificate-authority': 'ca' } },
        }),
      ),
      await place.put('b/config', config({ users: { u: { tokenFile: 'tokens/t' } } })),
    ]
    const access = await accessSource(listed(...files))(false)
    expect(String(access.tls.reveal().ca)).toBe(certPem.replaceAll('\r', ''))
    expect(token(access)).toBe('from-b')
  })

  test('a file that changes is read again', async () => {
    const source = accessSource(listed(await place.put('one', config(one))))
    expect(token(await source(false))).toBe('one')
    await place.put('one', config({ ...one, users: { u: { token: 'new' } } }))
    expect(token(await source(false))).toBe('new')
  })
})

describe('a token file', () => {
  const around: Parts = { clusters: { c: 'https://c' }, contexts: { x: ['c', 'u'] }, current: 'x' }

  test('is read at each look, and goes before a token beside it', async () => {
    const tokenFile = await place.put('t', 'first\n')
    const source = accessSource(
      listed(await place.put('config', config({ ...around, users: { u: { tokenFile, token: 'old' } } }))),
    )
    expect(token(await source(false))).toBe('first')
    await place.put('t', 'second\n')
    expect(token(await source(false))).toBe('second')
    await rm(tokenFile)
    expect(token(await source(false))).toBe('old')
  })

  test('counts from ~/.kube/config, too', async () => {
    await place.put('.kube/t', 'at-home')
    await place.put('.kube/config', config({ ...around, users: { u: { tokenFile: 't' } } }))
    expect(token(await accessSource({ env: { HOME: place.directory } })(false))).toBe('at-home')
  })
})
