import { expect, test } from 'vitest'
import { complaintLine } from '../../../../src/kube/access/plugin/complaint.ts'

const jwt = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(40)}`

test.each<[string, string, readonly string[], string]>([
  ['a sentence', 'log in first: acme login\n', [], 'log in first: acme login'],
  ['several lines', 'Error:\r\n  the session\u2028is over\n', [], 'Error: the session is over'],
  ['colours', '\u001B[31mno\u001B[0m access', [], 'no access'],
  [
    'an address',
    'open https://login.example/device?code=ABCD-EFGH',
    [],
    'open https://login.example/device?code=ABCD-EFGH',
  ],
  ['a JWT', `refused ${jwt}!`, [], 'refused …!'],
  ['a long key', `AKIA${'x'.repeat(40)} is over`, [], '… is over'],
  ['a named secret', 'client_secret=hunter22 was refused', [], 'client_secret=… was refused'],
  ['one in JSON', '{"password": "hunter22"}', [], '{"password": "…"}'],
  [
    'one in JSON in JSON',
    String.raw`{"m":"{\"password\":\"two words\"}"}`,
    [],
    String.raw`{"m":"{\"password\":\"…\"}"}`,
  ],
  [
    'one in an address',
    'cannot reach http://me:p/w0rd@login.example',
    [],
    'cannot reach http://…@login.example',
  ],
  ['a header', 'Authorization: Bearer hunter22hunter22', [], 'Authorization: Bearer …'],
  [
    'a sentence about one',
    'the token is over; your password has expired',
    [],
    'the token is over; your password has expired',
  ],
  ['a variable that it was given', 'cannot use opensesame here', ['opensesame', 'a'], 'cannot use … here'],
  ['nothing', ' \n', [], ''],
])('%s', (_name, said, secrets, line) => {
  expect(complaintLine(said, secrets)).toBe(line)
})

test('of a long one the end counts', () => {
  const line = complaintLine(`${'word '.repeat(200)}the end`, [])
  expect(line.length).toBeLessThanOrEqual(300)
  expect(line).toMatch(/ the end$/)
})
