/** Who may log in: a user of each tenant, and an admin who sees all of them. */
import { readFile } from 'node:fs/promises'
import { hashPassword, makeUpPassword } from './passwords.ts'
import type { Tenant } from './tenants.ts'

export interface Account {
  readonly name: string
  /** The admin has none. */
  readonly tenant: Tenant | undefined
}

export function accountsOf(tenants: readonly Tenant[]): ReadonlyMap<string, Account> {
  const accounts = [
    ...tenants.map(tenant => ({ name: tenant.id, tenant })),
    { name: 'admin', tenant: undefined },
  ]
  return new Map(accounts.map(account => [account.name, account]))
}

export interface Passwords {
  /** What is kept of each account's password; `undefined` where nothing can be read. */
  read(): Promise<ReadonlyMap<string, string> | undefined>
}

/** A file with a line `NAME:HASH` for each account. It is read at each login, so a mounted Secret may change. */
export function passwordsIn(path: string): Passwords {
  return {
    async read() {
      const text = await readFile(path, 'utf8').catch(() => undefined)
      if (text === undefined) return undefined
      const lines = text.split(/\r?\n/).filter(line => line.includes(':'))
      return new Map(
        lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      )
    },
  }
}

/** Passwords that are good until the program ends, and what they are. */
export async function madeUpPasswords(
  names: Iterable<string>,
): Promise<{ readonly passwords: Passwords; readonly told: ReadonlyMap<string, string> }> {
  const told = new Map([...names].map(name => [name, makeUpPassword()]))
  const hashes = new Map<string, string>()
  for (const [name, password] of told) hashes.set(name, await hashPassword(password))
  return { passwords: { read: async () => hashes }, told }
}
