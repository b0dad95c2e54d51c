/** Makes a line of PASSWORDS_FILE of a password on its input: npm run --silent hash-password -- acme < password.txt */
import { text } from 'node:stream/consumers'
import { hashPassword } from './passwords.ts'

const [name] = process.argv.slice(2)
const password = name === undefined ? '' : (await text(process.stdin)).replace(/\r?\n$/, '')
if (name === undefined || password === '') {
  process.stderr.write(
    'Name the account, and give its password on the input: hash-password acme < password.txt\n',
  )
  process.exitCode = 2
} else {
  process.stdout.write(`${name}:${await hashPassword(password)}\n`)
}
