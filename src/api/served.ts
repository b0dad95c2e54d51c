/** What `Ready` says where nobody has anything to do, and what a message that is True has beside that. Pure. */
import { wantedSo } from './attention.ts'
import type { Condition } from './conditions.ts'

export const served = {
  connection: 'Tenants can be served.',
  connectionPartly: 'Tenants that are Ready stay so; new ones wait: Reachable says for what.',
  connectionRefused:
    'Tenants that are Ready stay so; others wait for statements: StatementsRefused says which and why.',
  connectionSuspended:
    'spec.suspend is true: no statement that changes anything is sent. Set it to false to go on.',
  partnerKey: 'The keys of the spec are at hand.',
  tenant: 'The token in the Secret opens the database.',
  embed: 'The Secret holds a link that is good, and it is replaced in time.',
} as const

/** A person wants it so. */
const wanted: ReadonlySet<string> = new Set([...wantedSo, 'AccessWithheld'])

/** What is left to do though the object is served; undefined where there is nothing, or where Ready is not True. */
export function remarkOf({
  status,
  reason,
  message,
}: Pick<Condition, 'status' | 'reason' | 'message'>): string | undefined {
  if (status !== 'True') return undefined
  const said = Object.values(served).find(text => message.startsWith(text))
  if (said === undefined && wanted.has(reason)) return undefined
  const remark = message.slice(said?.length ?? 0).trim()
  return remark === '' ? undefined : remark
}
