/** The customers that this site has. Yours stand in your database. */
import { readFileSync } from 'node:fs'

export interface Tenant {
  /** Names the tenant's account, and the folder with its access token. */
  readonly id: string
  /** For people to read. */
  readonly name: string
  /** What is signed for each of its viewers: all that keeps its rows from those of others. */
  readonly params: Readonly<Record<string, string>>
  /** Of a tenant with a dashboard of its own; by default EMBED_ID. */
  readonly embedId?: string | undefined
  /** The key of that dashboard's embedding secret; by default EMBED_KEY_FILE. */
  readonly keyFile?: string | undefined
}

/** Reads a JSON file. Throws an Error that says what is wrong with it. */
export function readTenants(path: string): readonly Tenant[] {
  const found = parse(path)
  if (!Array.isArray(found) || found.length === 0) throw new Error('it is no list of tenants')
  const tenants = found.map(readTenant)
  const twice = tenants.find(({ id }, at) => tenants.findIndex(other => other.id === id) < at)
  if (twice !== undefined) throw new Error(`there are two tenants ${twice.id}`)
  // What is signed for one has to be signed for all: a link without it would show everybody's rows.
  const names = new Set(tenants.map(({ params }) => Object.keys(params).sort().join(', ')))
  if (names.size > 1)
    throw new Error(`the params of its tenants have different names: ${[...names].join('; ')}`)
  return tenants
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Error(error instanceof SyntaxError ? `it is no JSON: ${error.message}` : 'it cannot be read', {
      cause: error,
    })
  }
}

function readTenant(value: unknown, at: number): Tenant {
  const { id, name, params, embedId, keyFile } = (value ?? {}) as Record<keyof Tenant, unknown>
  if (typeof id !== 'string' || !/^[a-z0-9][a-z0-9-]{0,62}$/.test(id) || id === 'admin')
    throw new Error(`tenant ${at + 1} has no id of small letters, digits and dashes`)
  if (typeof name !== 'string' || name === '') throw new Error(`tenant ${id} has no name`)
  if (!isOptionalText(embedId) || !isOptionalText(keyFile))
    throw new Error(`tenant ${id} has an embedId or a keyFile that is no text`)
  const signed = Object.entries(params ?? {})
  if (signed.length === 0 || signed.some(([, value]) => typeof value !== 'string' || value === ''))
    throw new Error(
      `tenant ${id} has no params, or one that is no text: nothing would keep its rows from others`,
    )
  return { id, name, params: Object.fromEntries(signed) as Tenant['params'], embedId, keyFile }
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}
