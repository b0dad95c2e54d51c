import { expect, test } from 'vitest'
import { secretCommand } from '../../src/api/secret-command.ts'

test.each([
  ['datalens', 'datalens'],
  ['a b', `'a b'`],
  [`o'hara; rm`, `'o'\\''hara; rm'`],
  ['$HOME', `'$HOME'`],
])('a name that a shell would read in its own way is quoted: %s', (username, word) => {
  expect(secretCommand('a/b', { literals: { username }, files: { password: './p' } })).toBe(
    `kubectl -n a create secret generic b --from-literal=username=${word} --from-file=password=./p`,
  )
})
