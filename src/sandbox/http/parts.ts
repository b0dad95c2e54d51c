import type { Clock } from '../../core/clock.ts'
import type { Connector } from '../connector/connector.ts'
import type { Content } from '../content/model.ts'
import type { DataBackend } from '../data/backend.ts'
import type { Step } from '../embed/steps.ts'
import type { Catalog } from '../state/catalog.ts'
import type { Embeds } from '../state/embeds.ts'
import type { Switchboard } from '../state/switchboard.ts'
import type { Trace } from '../trace/trace.ts'

/** What the routes work on. */
export interface SandboxParts {
  readonly content: Content
  readonly catalog: Catalog
  readonly embeds: Embeds
  readonly backend: DataBackend
  readonly switchboard: Switchboard
  readonly trace: Trace
  /** Partners by name. The first is the one that is meant when nobody names one. */
  readonly connectors: ReadonlyMap<string, Connector>
  readonly clock: Clock
}

/** What a route notes for the trace. */
export interface Note {
  embedId: string | undefined
  entryId: string | undefined
  readonly steps: Step[]
}

/** What each request carries along. */
export interface Env {
  readonly Variables: { readonly note: Note }
}
