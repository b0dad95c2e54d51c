import type { EngineQuery, EngineResult } from './engine.ts'

/** What the engine's process is asked. It answers each by an `EngineAnswer` with the same `id`. */
export type EngineQuestion =
  | { readonly type: 'open'; readonly directory: string; readonly usersXml: string }
  | { readonly type: 'run'; readonly query: EngineQuery }
  | { readonly type: 'ask'; readonly sql: string; readonly parameters: Readonly<Record<string, string>> }
  | { readonly type: 'close' }

export interface EngineFacts {
  readonly version: string
  readonly settingNames: ReadonlySet<string>
  /** Without them a SELECT cannot run with the rights of its user while the engine is open as another. */
  readonly hasTemporaryViews: boolean
}

export type EngineReply = EngineFacts | EngineResult | readonly string[] | undefined

export type EngineAnswer =
  | { readonly id: number; readonly reply: EngineReply }
  | {
      readonly id: number
      readonly failure: { readonly code: number; readonly symbol: string; readonly message: string }
    }
