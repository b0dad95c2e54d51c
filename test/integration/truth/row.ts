/** What a row of the table says: how a reason comes about, what each face then shows, and what helps. */
import type { Corner } from './corner/corner.ts'
import type { Faces } from './faces.ts'
import type { Kind } from './kind.ts'

export interface Row {
  readonly kind: Kind
  readonly reason: string
  /** Which condition gives it. Default Ready. */
  readonly type?: string
  /** For a second row of one reason. */
  readonly when?: string
  /** It needs no connection of its own. */
  readonly shares?: true | undefined
  /** It begins with a tenant that is served, and ends so: several are played on one connection. */
  readonly stands?: true
  /** As an administrator or an author brings it about. */
  readonly bring: (corner: Corner) => Promise<void>
  /** Every condition there is, each as `status reason`. */
  readonly shows: Readonly<Record<string, string>>
  /** Whether a person has to see to it. Then no command exits with 0 over it. */
  readonly somebody: boolean
  /** What `explain` of the tenant `one` exits with, where `somebody` does not decide it. */
  readonly explain?: 0 | 1
  /** The same of `check`. */
  readonly check?: 0 | 1
  readonly kstatus: 'Current' | 'InProgress' | 'Failed' | 'Terminating'
  /** Those of docs/operations.md that select it. */
  readonly alerts: readonly string[]
  /** It is a warning all the same. */
  readonly warns?: true
  /** Who tells of it by an Event, if not the object itself. */
  readonly toldBy?: string
  /** Part of what the condition says; what a person who reads only `kubectl describe` goes by. */
  readonly says?: RegExp
  /** What the server itself shows, and a login as the reader. */
  readonly server?: (corner: Corner) => Promise<void>
  /** What docs/troubleshooting.md says. Absent where that is nothing. */
  readonly remedy?: (corner: Corner, faces: Faces) => Promise<void>
  /** Every condition after it, or that the object is gone. Default: all is well. */
  readonly well?: Readonly<Record<string, string>> | 'gone'
}

export function nameOf({ kind, reason, type = 'Ready', when }: Row): string {
  const of = type === 'Ready' ? '' : `, told by ${type}`
  return `${kind}: ${reason}${of}${when === undefined ? '' : `, ${when}`}`
}

/** Every condition of one that is well. */
export const allWell = {
  ClickHouseConnection: {
    Ready: 'True Ready',
    Reachable: 'True Reachable',
    ReaderVerified: 'True ReaderVerified',
    SweepHeld: 'False NothingToSweep',
    StatementsRefused: 'False NothingRefused',
  },
  PartnerKey: { Ready: 'True Ready', Minting: 'True Minting', RolledOut: 'True RolledOut' },
  ConnectorTenant: {
    Ready: 'True Ready',
    DatabaseReady: 'True DatabaseReady',
    AccessGranted: 'True AccessGranted',
    TokenPublished: 'True TokenPublished',
  },
  SecureEmbed: { Ready: 'True Ready', TokenPublished: 'True TokenPublished' },
} as const satisfies Readonly<Record<Kind, Readonly<Record<string, string>>>>
