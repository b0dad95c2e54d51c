import { expect, test } from 'vitest'
import { choose, proxyOf, serverOf } from '../../../src/kube/access/chosen.ts'
import type { Kubeconfig } from '../../../src/kube/access/kubeconfig-files.ts'

const config: Kubeconfig = {
  clusters: [
    { name: 'c', cluster: { server: 'https://c' } },
    { name: 'empty', cluster: {} },
  ],
  users: [{ name: 'u', user: { token: 't' } }, { name: 'bare' }],
  contexts: [
    { name: 'x', context: { cluster: 'c', user: 'u' } },
    { name: 'nobody', context: { cluster: 'c' } },
    { name: 'bare', context: { cluster: 'c', user: 'bare' } },
    { name: 'stranger', context: { cluster: 'c', user: 'gone' } },
    { name: 'lost', context: { cluster: 'gone', user: 'u' } },
    { name: 'without server', context: { cluster: 'empty', user: 'u' } },
    { name: 'nothing' },
  ],
  'current-context': 'x',
}

test.each<[string | undefined, object]>([
  [undefined, { token: 't' }],
  ['nobody', {}],
  ['bare', {}],
])('the context %s has this user', (wanted, user) => {
  expect(choose(config, wanted)).toEqual({ cluster: { server: 'https://c' }, user })
})

const known = 'It has x, nobody, bare, stranger, lost, without server and nothing.'
test.each<[string, Kubeconfig, string | undefined, string]>([
  ['unknown', config, 'z', `the kubeconfig has no context "z". ${known}`],
  [
    'unknown, and the current one',
    { ...config, 'current-context': 'z' },
    undefined,
    `the kubeconfig has no context "z", which is its current one. ${known}`,
  ],
  [
    'none',
    { ...config, 'current-context': undefined },
    undefined,
    `the kubeconfig has no current-context. ${known}`,
  ],
  [
    'none at all',
    { ...config, contexts: [], 'current-context': undefined },
    undefined,
    'the kubeconfig has no current-context. It has no context.',
  ],
  ['an unknown cluster', config, 'lost', 'the kubeconfig has no cluster for its context "lost"'],
  [
    'a cluster without an address',
    config,
    'without server',
    'the kubeconfig has no cluster for its context "without server"',
  ],
  ['nothing in it', config, 'nothing', 'the kubeconfig has no cluster for its context "nothing"'],
  [
    'an unknown user',
    config,
    'stranger',
    'the kubeconfig has no user "gone", which its context "stranger" names',
  ],
])('a context that is of no use: %s', (_name, given, wanted, says) => {
  expect(() => choose(given, wanted)).toThrow(says)
})

test.each([
  ['https://c:6443/base//', {}, 'https://c:6443/base'],
  ['c:6443', {}, 'http://c:6443'],
  ['c:6443', { 'certificate-authority-data': 'x' }, 'https://c:6443'],
  ['c:6443', { 'insecure-skip-tls-verify': true }, 'https://c:6443'],
  [' https://[fd00::1]:6443 ', {}, 'https://[fd00::1]:6443'],
])('the server %j with %j is asked at %s', (server, more, url) => {
  expect(serverOf({ cluster: { server, ...more } })).toBe(url)
})

test.each(['https://', 'ftp://c', 'https://c:99999', 'https://user:hidden@', 'a b'])(
  'the server %j is no address, and not quoted',
  server => {
    expect(() => serverOf({ cluster: { server } })).toThrow(
      'the server of the kubeconfig is no address: write https://, its host and port',
    )
  },
)

test.each([
  ['http://p:1', 'http://p:1'],
  ['socks5h://u:p@p:1', 'socks5://u:p@p:1'],
  ['', undefined],
])('the proxy %j is %j', (text, url) => {
  expect(proxyOf({ cluster: { 'proxy-url': text } })).toBe(url)
})

test.each(['p:1', 'ftp://p', 'http://'])('the proxy %j is none', text => {
  expect(() => proxyOf({ cluster: { 'proxy-url': text } })).toThrow('is no address of a proxy')
})
