/** Questions to an engine and its answers as JSON, for a program that is none of Node's. */
import { toServerError } from '../sql/server-error.ts'
import { readStatement, substituteParameters } from '../sql/statement.ts'
import type { EngineQuery } from './engine.ts'
import type { EngineAnswer, EngineFacts, EngineQuestion } from './messages.ts'

type JsonQuery = Omit<EngineQuery, 'settings' | 'parameters'> & {
  readonly settings: Readonly<Record<string, string>>
}

export type JsonQuestion =
  | { readonly type: 'open'; readonly directory: string; readonly usersXml: string }
  | { readonly type: 'run'; readonly query: JsonQuery }
  | { readonly type: 'ask'; readonly sql: string }
  | { readonly type: 'close' }

type JsonReply =
  | (Omit<EngineFacts, 'settingNames'> & { readonly settingNames: readonly string[] })
  | {
      /** Base64. */
      readonly body: string
      readonly rowsRead: number
      readonly bytesRead: number
      readonly seconds: number
    }
  | readonly string[]

export type JsonAnswer =
  | { readonly id: number; readonly reply: JsonReply | null }
  /** In the engine's words, as the library puts them. */
  | { readonly id: number; readonly failure: string }

/** Values stand in the statement already: older engines bind none. */
export function questionAsJson(question: EngineQuestion): JsonQuestion {
  if (question.type === 'ask') {
    const { sql, parameters } = question
    return { type: 'ask', sql: bound(sql, new Map(Object.entries(parameters))) }
  }
  if (question.type !== 'run') return question
  const { sql, format, database, settings, parameters, definer, disposable } = question.query
  const query = {
    sql: bound(sql, parameters),
    format,
    database,
    settings: Object.fromEntries(settings),
    ...(definer === undefined ? {} : { definer }),
    ...(disposable === undefined ? {} : { disposable }),
  }
  return { type: 'run', query }
}

function bound(sql: string, parameters: ReadonlyMap<string, string | null>): string {
  return substituteParameters(readStatement(sql), parameters).sql
}

export function answerFromJson(answer: JsonAnswer): EngineAnswer {
  const { id } = answer
  if ('failure' in answer) {
    const { code, symbol, message } = toServerError(answer.failure)
    return { id, failure: { code, symbol, message } }
  }
  const { reply } = answer
  if (reply === null) return { id, reply: undefined }
  if ('body' in reply) return { id, reply: { ...reply, body: Buffer.from(reply.body, 'base64') } }
  if ('settingNames' in reply) return { id, reply: { ...reply, settingNames: new Set(reply.settingNames) } }
  return { id, reply }
}
