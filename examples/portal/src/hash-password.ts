/** Makes a line of PASSWORDS_FILE of a password on its input: npm run --silent hash-password -- acme < password.txt */
import { text } from 'node:stream/consumers'
import { hashPassword } from './passwords.ts'

const [name] = process.argv.slice(2)
// A line of the file is NAME:HASH, and the name is a tenant's id, or admin.
const isName = name !== undefined && /^[a-z0-9][a-z0-9-]*$/.test(name)
const password = isName ? (await text(process.stdin)).replace(/\r?\n$/, '') : ''
if (!isName || password === '') {
  process.stderr.write(
    'Name the account, by small letters, digits and dashes, and give its password on the input: hash-password acme < password.txt\n',
  )
  process.exitCode = 2
} else {
  process.stdout.write(`${name}:${await hashPassword(password)}\n`)
}
