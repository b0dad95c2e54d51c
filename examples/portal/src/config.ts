/** What the portal is told by its environment: the table in README.md. */
import { fileURLToPath } from 'node:url'
import { readTenants, type Tenant } from './tenants.ts'

export interface Config {
  readonly host: string
  readonly port: number
  /** Where browsers find the portal. */
  readonly publicUrl: URL
  readonly dataLensUrl: URL
  readonly dashboard: {
    readonly embedId: string | undefined
    readonly kind: 'Chart' | 'Dashboard'
    readonly keyFile: string
    readonly lifetime: string
  }
  /** Where the Secret of a SecureEmbed is mounted. */
  readonly lobbyFolder: string
  /** Where the Secrets of tenants are mounted, each in a folder of the tenant's id. */
  readonly tokensFolder: string
  /** Without one, passwords are made up at each start. */
  readonly passwordsFile: string | undefined
  readonly tenants: readonly Tenant[]
  readonly logLevel: string
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** Throws an Error that names the variable and says what it takes. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  // A variable that is empty is one that a manifest leaves open.
  const get = (name: string): string | undefined => env[name] || undefined
  const port = readPort(get('PORT') ?? '8080')
  const kind = get('EMBED_KIND') ?? 'Dashboard'
  if (kind !== 'Chart' && kind !== 'Dashboard') throw wrong('EMBED_KIND', 'takes Chart or Dashboard')
  const logLevel = get('LOG_LEVEL') ?? 'info'
  if (!logLevels.includes(logLevel)) throw wrong('LOG_LEVEL', `takes ${logLevels.join(', ')}`)
  return {
    host: get('HOST') ?? '127.0.0.1',
    port,
    publicUrl: readOrigin('PUBLIC_URL', get('PUBLIC_URL') ?? `http://localhost:${port}`),
    dataLensUrl: readOrigin('DATALENS_URL', get('DATALENS_URL') ?? 'https://datalens.yandex.cloud'),
    dashboard: {
      embedId: get('EMBED_ID'),
      kind,
      keyFile: get('EMBED_KEY_FILE') ?? '/etc/portal/embed-key/private.pem',
      lifetime: get('LINK_LIFETIME') ?? '10m',
    },
    lobbyFolder: get('LOBBY_FOLDER') ?? '/etc/portal/lobby',
    tokensFolder: get('TOKENS_FOLDER') ?? '/etc/portal/tokens',
    passwordsFile: get('PASSWORDS_FILE'),
    tenants: tenantsIn(get('TENANTS_FILE') ?? fileURLToPath(new URL('../tenants.json', import.meta.url))),
    logLevel,
  }
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw wrong('PORT', 'takes a number up to 65535')
  return port
}

/** Session and links travel there, so nobody on the way may read along. */
function readOrigin(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLocal = url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url === undefined || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)))
    throw wrong(name, 'takes an address with https://, or http:// for localhost')
  if (url.href !== `${url.origin}/`) throw wrong(name, 'takes scheme and host alone, without a path')
  return url
}

function tenantsIn(path: string): readonly Tenant[] {
  try {
    return readTenants(path)
  } catch (error) {
    throw wrong('TENANTS_FILE', `is ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function wrong(name: string, what: string): Error {
  return new Error(`${name} ${what}.`)
}
