/** Starts the portal: node src/main.ts */
import type { AddressInfo } from 'node:net'
import { accountsOf, madeUpPasswords, passwordsIn, type Passwords } from './accounts.ts'
import { readConfig, type Config } from './config.ts'
import { buildPortal } from './portal.ts'

try {
  await start(readConfig(process.env))
} catch (error) {
  process.stderr.write(`The portal cannot start. ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

async function start(config: Config): Promise<void> {
  const accounts = accountsOf(config.tenants)
  const passwords = await passwordsFor(config, accounts.keys())
  const app = await buildPortal({
    config,
    accounts,
    passwords,
    logger: { level: process.env['LOG_LEVEL'] || 'info' },
  })
  await app.listen({ host: config.host, port: config.port })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.close())
  const { port } = app.server.address() as AddressInfo
  process.stdout.write(
    `The portal is at ${config.port === 0 ? `http://localhost:${port}` : config.publicUrl.origin}\n`,
  )
}

/** Those that are made up are told here, once. */
async function passwordsFor({ passwordsFile }: Config, names: Iterable<string>): Promise<Passwords> {
  if (passwordsFile !== undefined) return passwordsIn(passwordsFile)
  const { passwords, told } = await madeUpPasswords(names)
  const lines = [...told].map(([name, password]) => `  ${name.padEnd(12)} ${password}\n`)
  process.stdout.write(
    `PASSWORDS_FILE is not set, so these are good until the portal ends:\n${lines.join('')}`,
  )
  return passwords
}
