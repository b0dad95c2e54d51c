/** The databases of ClickHouse itself: never a tenant's. */

/** Everybody may read something of these, whatever is granted. As the server spells them. */
const catalogs: ReadonlySet<string> = new Set(['system', 'information_schema', 'INFORMATION_SCHEMA'])

/**
 * In lower case. `default` is among them because every statement without a database lands there: what it holds is
 * nobody's in particular.
 */
export const serverDatabases: readonly string[] = [
  ...new Set([...catalogs].map(name => name.toLowerCase())),
  'default',
]

const all: ReadonlySet<string> = new Set([...serverDatabases, '_temporary_and_external_tables'])

/** However it is spelt: a tenant's look-alike would only deceive. */
export function isServersOwn(database: string): boolean {
  return all.has(database.toLowerCase())
}

/** Whether rights on it tell nothing about tenants, as everybody has some. */
export function isCatalog(database: string): boolean {
  return catalogs.has(database)
}
