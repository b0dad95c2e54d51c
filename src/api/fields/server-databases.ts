/** The databases of ClickHouse itself: never a tenant's. */

/** Databases of which everybody may read something, whatever is granted; spelt as the server does. */
const catalogs: ReadonlySet<string> = new Set(['system', 'information_schema', 'INFORMATION_SCHEMA'])

/**
 * Names in lower case that no tenant may have. `default` is among them because every statement that names no database
 * lands there, so its data belong to nobody in particular.
 */
export const serverDatabases: readonly string[] = [
  ...new Set([...catalogs].map(name => name.toLowerCase())),
  'default',
]

const all: ReadonlySet<string> = new Set([...serverDatabases, '_temporary_and_external_tables'])

/** Whether the name is one of the server's own in any spelling: a tenant's `System` would only deceive. */
export function isServersOwn(database: string): boolean {
  return all.has(database.toLowerCase())
}

/** Whether everybody has some right on it, so that rights on it say nothing about tenants. */
export function isCatalog(database: string): boolean {
  return catalogs.has(database)
}
