/** Starts the portal: node src/main.ts */
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
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
  const { passwords, says } = await passwordsFor(config, accounts.keys())
  const app = await buildPortal({ config, accounts, passwords, logger: { level: config.logLevel } })
  await listen(app, config)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.close())
  const { port } = app.server.address() as AddressInfo
  const place = config.port === 0 ? `http://localhost:${port}` : config.publicUrl.origin
  process.stdout.write(`${says}The portal is at ${place}\n`)
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new Error(`PORT ${port} is taken: choose another, or 0 for a free one.`, { cause: error })
  }
}

/** Those that are made up are told once, where the portal says its address. */
async function passwordsFor(
  { passwordsFile }: Config,
  names: Iterable<string>,
): Promise<{ readonly passwords: Passwords; readonly says: string }> {
  if (passwordsFile !== undefined) return { passwords: passwordsIn(passwordsFile), says: '' }
  const { passwords, told } = await madeUpPasswords(names)
  const lines = [...told].map(([name, password]) => `  ${name.padEnd(12)} ${password}\n`)
  const says = `PASSWORDS_FILE is not set, so these are good until the portal ends:\n${lines.join('')}`
  return { passwords, says }
}
