import { expect, test } from 'vitest'
import { impersonation } from '../../../src/kube/access/impersonation.ts'
import { Transport } from '../../../src/kube/call/transport.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import { ScriptedServer, sendJson } from '../../proxies/scripted-server.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

/** As client-go writes them, in lower case. */
test.each<[string, object, object]>([
  ['nobody', {}, {}],
  ['nobody, in empty fields', { as: '', 'as-uid': '', 'as-groups': [], 'as-user-extra': {} }, {}],
  ['nobody, in null', { 'as-groups': null, 'as-user-extra': null }, {}],
  ['a user', { as: 'ann' }, { 'impersonate-user': 'ann' }],
  [
    'a user with uid and groups',
    { as: 'ann', 'as-uid': '42', 'as-groups': ['dev', 'system:masters'] },
    { 'impersonate-user': 'ann', 'impersonate-uid': '42', 'impersonate-group': ['dev', 'system:masters'] },
  ],
  [
    'more about the user',
    { as: 'ann', 'as-user-extra': { Scopes: ['view', 'dev'], 'acme.com/a b%': ['1'] } },
    {
      'impersonate-user': 'ann',
      'impersonate-extra-scopes': ['view', 'dev'],
      'impersonate-extra-acme.com%2Fa%20b%25': ['1'],
    },
  ],
])('%s', (_name, user, headers) => {
  expect(impersonation(user as Readonly<Record<string, unknown>>)).toEqual(headers)
})

test.each<[string, object, RegExp]>([
  ['groups without a user', { 'as-groups': ['dev'] }, /without as: write who is meant/],
  ['a uid without a user', { 'as-uid': '1' }, /without as/],
  ['more without a user', { 'as-user-extra': { a: ['b'] } }, /without as/],
  ['groups that are no list', { as: 'ann', 'as-groups': 'dev' }, /as-groups of the kubeconfig is no list/],
  ['groups of numbers', { as: 'ann', 'as-groups': [1] }, /is no list of texts/],
  ['more that is no list', { as: 'ann', 'as-user-extra': { a: 'b' } }, /a of the kubeconfig is no list/],
  ['a header in a header', { as: 'ann\r\nx: y' }, /as of the kubeconfig has a line break/],
  ['one in a group', { as: 'ann', 'as-groups': ['a\nb'] }, /as-groups of the kubeconfig has a line break/],
])('%s are not dropped in silence', (_name, user, says) => {
  expect(() => impersonation(user as Readonly<Record<string, unknown>>)).toThrow(says)
})

test('all of it goes over the wire, each group as a header of its own', async () => {
  const server = await ScriptedServer.start((_, response) => sendJson(response, 200, {}))
  const headers = impersonation({
    as: 'Аня',
    'as-groups': ['dev', 'ops'],
    'as-user-extra': { 'acme.com/scopes': ['a', 'b'] },
  })
  const transport = new Transport({
    access: async () => ({
      server: `http://127.0.0.1:${server.port}`,
      headers: new Redacted(headers),
      tls: new Redacted({}),
      proxy: undefined,
    }),
    clock: new VirtualClock(),
    random: () => 0,
  })
  try {
    await transport.request({ method: 'GET', path: '/' }, new AbortController().signal)
    const [seen] = server.seen
    expect(Buffer.from(String(seen?.headers['impersonate-user']), 'latin1').toString()).toBe('Аня')
    expect(seen?.headers).toMatchObject({
      'impersonate-group': 'dev, ops',
      'impersonate-extra-acme.com%2fscopes': 'a, b',
    })
  } finally {
    await transport.close()
    await server.close()
  }
})
