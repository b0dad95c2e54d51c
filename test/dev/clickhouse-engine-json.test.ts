import { describe, expect, test } from 'vitest'
import { answerFromJson, questionAsJson } from '../../src/dev/clickhouse/engine/json-form.ts'
import type { EngineQuery } from '../../src/dev/clickhouse/engine/engine.ts'

/** As it is after the channel. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const query: EngineQuery = {
  sql: 'SELECT {name:Identifier}, {text:String}, {nothing:String}',
  format: 'TabSeparated',
  database: undefined,
  settings: new Map([['max_threads', '1']]),
  parameters: new Map([
    ['name', 'a`b'],
    ['text', "it's"],
    ['nothing', null],
  ]),
}

describe('a question', () => {
  test('has its values in the statement, and its settings by name', () => {
    expect(sent(questionAsJson({ type: 'run', query }))).toEqual({
      type: 'run',
      query: {
        sql: "SELECT `a\\`b`, _CAST('it\\'s', 'String'), _CAST(NULL, 'String')",
        format: 'TabSeparated',
        settings: { max_threads: '1' },
      },
    })
    expect(questionAsJson({ type: 'ask', sql: 'SELECT {a:UInt8}', parameters: { a: '1' } })).toEqual({
      type: 'ask',
      sql: "SELECT _CAST('1', 'UInt8')",
    })
  })

  test('says in which database, as whom, and whether its session is spoilt', () => {
    const special = { ...query, database: 'd', definer: 'reader', disposable: true }
    expect(sent(questionAsJson({ type: 'run', query: special }))).toMatchObject({
      query: { database: 'd', definer: 'reader', disposable: true },
    })
  })

  test.each([{ type: 'open', directory: '/d', usersXml: '<x/>' } as const, { type: 'close' } as const])(
    '$type is itself',
    question => {
      expect(questionAsJson(question)).toEqual(question)
    },
  )
})

describe('an answer', () => {
  test('is bytes', () => {
    const reply = {
      body: Buffer.from([0, 255, 10]).toString('base64'),
      rowsRead: 1,
      bytesRead: 2,
      seconds: 3,
    }
    expect(answerFromJson({ id: 1, reply })).toEqual({
      id: 1,
      reply: { ...reply, body: Buffer.from([0, 255, 10]) },
    })
  })

  test('is what the engine is like', () => {
    const reply = { version: '25.8', settingNames: ['a'], hasTemporaryViews: false }
    expect(answerFromJson({ id: 1, reply })).toEqual({
      id: 1,
      reply: { ...reply, settingNames: new Set(['a']) },
    })
  })

  test('is a column, or nothing', () => {
    expect(answerFromJson({ id: 1, reply: ['a'] })).toEqual({ id: 1, reply: ['a'] })
    expect(answerFromJson({ id: 1, reply: null })).toEqual({ id: 1, reply: undefined })
  })

  test('is a failure by its number', () => {
    const failure = 'Code: 82. DB::Exception: Database a already exists. (DATABASE_ALREADY_EXISTS)'
    expect(answerFromJson({ id: 1, failure })).toEqual({
      id: 1,
      failure: { code: 82, symbol: 'DATABASE_ALREADY_EXISTS', message: 'Database a already exists' },
    })
  })
})
