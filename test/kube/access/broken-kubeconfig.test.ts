import { describe, expect, test } from 'vitest'
import { accessSource } from '../../../src/kube/access/access-source.ts'
import { KubeconfigError } from '../../../src/kube/access/kubeconfig-error.ts'
import { makeTestCertificate } from '../../proxies/test-certificate.ts'
import { config, listed, useKubeconfigPlace } from './kubeconfig-place.ts'

const { certPem } = makeTestCertificate()
const place = useKubeconfigPlace()

describe('a kubeconfig that is broken says where, at once', () => {
  const around = (user: object, cluster: object = {}): object =>
    config({
      clusters: { c: { server: 'https://c:6443', ...cluster } },
      users: { u: user },
      contexts: { x: ['c', 'u'] },
      current: 'x',
    })
  const data = (text: string): string => Buffer.from(text).toString('base64')
  const other = makeTestCertificate()

  test.each<[string, object, object, RegExp]>([
    [
      'an authority that is not there',
      {},
      { 'certificate-authority': 'no.crt' },
      /^certificate-authority of the kubeconfig, .*\/no\.crt: there is no such file$/,
    ],
    [
      'one that is a folder',
      {},
      { 'certificate-authority': '.' },
      /^certificate-authority of the kubeconfig, .*: it is a folder$/,
    ],
    [
      'one that is none',
      {},
      { 'certificate-authority': 'config' },
      /^certificate-authority of the kubeconfig \(.*config\) holds no PEM certificate, or a damaged one: correct it$/,
    ],
    [
      'one that is cut off',
      {},
      { 'certificate-authority-data': data(certPem.slice(0, 400)) },
      /^certificate-authority-data of the kubeconfig holds no PEM certificate/,
    ],
    [
      'no base64',
      {},
      { 'certificate-authority-data': 'hidden!' },
      /^certificate-authority-data of the kubeconfig is no base64: correct it$/,
    ],
    [
      'both forms',
      {},
      { 'certificate-authority': 'no.crt', 'certificate-authority-data': data(certPem) },
      /has both certificate-authority and certificate-authority-data: leave one/,
    ],
    [
      'a certificate that is not there',
      { 'client-certificate': 'no.crt', 'client-key': 'no.key' },
      {},
      /^client-certificate of the kubeconfig, .*no\.crt: there is no such file$/,
    ],
    [
      'a key that is not there',
      { 'client-certificate-data': data(certPem), 'client-key': 'no.key' },
      {},
      /^client-key of the kubeconfig, .*no\.key: there is no such file$/,
    ],
    ['no key', { 'client-certificate-data': data(certPem) }, {}, /has no client-key beside it/],
    [
      'the key of another certificate',
      { 'client-certificate-data': data(certPem), 'client-key-data': data(other.keyPem) },
      {},
      /^client-certificate-data of the kubeconfig and client-key are no PEM certificate and its own key/,
    ],
    [
      'a token file that is not there',
      { tokenFile: 'no' },
      {},
      /^tokenFile of the kubeconfig, .*: there is no such file$/,
    ],
    ['one that is empty', { tokenFile: 'empty' }, {}, /^tokenFile of the kubeconfig, .*: it holds no token$/],
    [
      'a token of two lines',
      { token: 'hidden\nhidden' },
      {},
      /^token of the kubeconfig holds no token: correct it$/,
    ],
    ['an address that is none', {}, { server: 'https://' }, /^the server of the kubeconfig is no address/],
    ['a proxy that is none', {}, { 'proxy-url': 'p' }, /^the proxy-url of the kubeconfig is no address/],
    [
      'an authority that is not there, for a plug-in',
      { exec: { command: 'no-such', provideClusterInfo: true } },
      { 'certificate-authority': 'no.crt' },
      /^certificate-authority of the kubeconfig, .*: there is no such file$/,
    ],
    [
      'a token without quotes',
      { token: 12345 },
      {},
      /^token of the kubeconfig is no text: put it in quotes$/,
    ],
    ['a user without quotes', { as: 12345 }, {}, /^as of the kubeconfig is no text: put it in quotes$/],
    ['groups of nobody', { 'as-groups': ['dev'] }, {}, /without as/],
    [
      'a provider without a token',
      { 'auth-provider': { name: 'oidc', config: {} } },
      {},
      /gives no token: log in anew/,
    ],
    ['an unknown provider', { 'auth-provider': { name: 'none' } }, {}, /gives no token: log in anew/],
  ])('%s', async (_name, user, cluster, says) => {
    await place.put('empty', '\n')
    const options = listed(await place.put('config', around(user, cluster)))
    const failure = await accessSource(options)(false).then(
      () => new Error('it worked'),
      (error: unknown) => error as Error,
    )
    expect(failure).toBeInstanceOf(KubeconfigError)
    expect(failure.message).toMatch(says)
    expect(failure.message).not.toContain('hidden')
  })

  test('a bundle with text around counts, also without a login', async () => {
    const bundle = `# ours\r\n${certPem}\nsubject=/CN=x\n${other.certPem.replaceAll('\r', '')}`
    const contexts = { x: ['c', ''] } as const
    const clusters = { c: { server: 'https://c', 'certificate-authority-data': data(bundle) } }
    const access = await accessSource(
      listed(await place.put('config', config({ clusters, contexts, current: 'x' }))),
    )(false)
    expect(String(access.tls.reveal().ca).match(/BEGIN/g)).toHaveLength(2)
    expect(access.headers.reveal()).toEqual({})
  })
})
