/** Whose rows of a protected dataset a viewer may see. Pure. */
import type { Dataset } from '../content/model.ts'
import type { Values } from '../embed/model.ts'

/**
 * The user that the token signs; what an address says is no proof. A list names nobody, unless it has one item.
 *
 * @returns undefined for a dataset without protection, null when nobody is named
 */
export function userOf({ rowLevelSecurity }: Dataset, signed: Values): string | null | undefined {
  if (rowLevelSecurity === undefined) return undefined
  const value = signed.get(rowLevelSecurity.parameter)
  const items = typeof value === 'object' ? value : [value]
  const [user] = items
  return items.length === 1 && user !== undefined && user !== '' ? String(user) : null
}
