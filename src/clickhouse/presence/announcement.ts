/** How operators announce themselves: by the setting `log_comment` of a session, which everybody may set for himself. */
import { quoteLiteral } from '../quote.ts'
import type { Statement } from '../statements.ts'

const prefix = 'lenskeeper/epoch/'
const epoch = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function announcementOf(id: string): string {
  return `${prefix}${id}`
}

/** Undefined for a text that no operator wrote, such as one that the account's profile sets. */
export function epochIn(text: string): string | undefined {
  const id = text.startsWith(prefix) ? text.slice(prefix.length) : ''
  return epoch.test(id) ? id : undefined
}

/** What the session says, beside other columns. */
export const announcedColumn = "getSetting('log_comment') AS announced"

/** It changes nothing but the session. */
export function announce(text: string): Statement {
  return {
    kind: 'announce',
    sql: `SET log_comment = ${quoteLiteral(text)}`,
    what: 'announce itself',
    write: false,
  }
}
