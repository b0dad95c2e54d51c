/** How operators announce themselves: by the setting `log_comment` of a session, which everybody may set for himself. */
import { quoteLiteral } from '../quote.ts'
import type { Statement } from '../statements.ts'

const prefix = 'lenskeeper/epoch/'
const form = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/([1-9][0-9]{0,3}))?$/

export interface Announcement {
  readonly epoch: string
  /** How often the announcer looks. Undefined where it does not say. */
  readonly paceMs: number | undefined
}

export function announcementOf(epoch: string, paceMs: number): string {
  return `${prefix}${epoch}/${Math.max(1, Math.ceil(paceMs / 1_000))}`
}

/** Undefined for a text that no operator wrote, such as one that the account's profile sets. */
export function readAnnouncement(text: string): Announcement | undefined {
  const [, epoch, seconds] = form.exec(text.startsWith(prefix) ? text.slice(prefix.length) : '') ?? []
  if (epoch === undefined) return undefined
  return { epoch, paceMs: seconds === undefined ? undefined : Number(seconds) * 1_000 }
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
