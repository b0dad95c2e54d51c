import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GrantWriter, type AccessVerb } from '../../src/clickhouse/grant-writer.ts'
import { ClickHouseError } from '../../src/clickhouse/errors.ts'
import { VirtualClock } from '../time/virtual-clock.ts'

const never = new AbortController().signal

interface Sent {
  readonly verb: AccessVerb
  readonly databases: readonly string[]
}

function writerOver(run: (sent: Sent) => Promise<void>) {
  const clock = new VirtualClock()
  const sent: Sent[] = []
  const writer = new GrantWriter({
    clock,
    run: async (verb, databases) => {
      sent.push({ verb, databases })
      await run({ verb, databases })
    },
  })
  const submit = (verb: AccessVerb, database: string, signal = never) =>
    writer.submit(verb, database, signal).then(
      () => 'done',
      (error: unknown) => error,
    )
  return { clock, sent, writer, submit }
}

const succeed = () => Promise.resolve()

function refusing(...bad: string[]) {
  return ({ databases }: Sent): Promise<void> =>
    databases.some(database => bad.includes(database))
      ? Promise.reject(new ClickHouseError('missingPrivileges', 'no', { serverCode: 497 }))
      : Promise.resolve()
}

test('what arrives within the window goes out as one statement', async () => {
  const { clock, sent, submit } = writerOver(succeed)
  const first = submit('grant', 'a')
  await clock.advance(19)
  const second = submit('grant', 'b')
  expect(sent).toEqual([])
  await clock.advance(1)
  expect(sent).toEqual([{ verb: 'grant', databases: ['a', 'b'] }])
  expect(await Promise.all([first, second])).toEqual(['done', 'done'])
  expect(clock.pendingTimers).toBe(0)
})

test('a full batch does not wait for the window, and the rest follows', async () => {
  const { clock, sent, submit } = writerOver(succeed)
  const databases = Array.from({ length: 501 }, (_, at) => `d${at}`)
  const all = databases.map(database => submit('grant', database))
  await clock.flush()
  expect(sent).toEqual([{ verb: 'grant', databases: databases.slice(0, 500) }])
  await clock.advance(20)
  expect(sent[1]).toEqual({ verb: 'grant', databases: ['d500'] })
  expect(await Promise.all(all)).toEqual(databases.map(() => 'done'))
})

test('never two statements at once', async () => {
  let running = 0
  let most = 0
  const gate = Promise.withResolvers<void>()
  const { clock, sent, submit } = writerOver(async () => {
    running += 1
    most = Math.max(most, running)
    await gate.promise
    running -= 1
  })
  const first = submit('grant', 'a')
  await clock.advance(20)
  const second = submit('grant', 'b')
  await clock.advance(100)
  expect(sent).toHaveLength(1)
  gate.resolve()
  await clock.advance(20)
  expect(await Promise.all([first, second])).toEqual(['done', 'done'])
  expect(most).toBe(1)
})

test('what has waited behind a slow statement goes out right after it, and what has just come waits for the rest of its window', async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const { clock, sent, submit } = writerOver(async () => await gates[sent.length - 1]?.promise)
  const all = [submit('grant', 'a')]
  await clock.advance(20)
  all.push(submit('grant', 'b'))
  await clock.advance(50)
  all.push(submit('grant', 'c'))
  gates[0]?.resolve()
  await clock.flush()
  expect(sent.at(-1)).toEqual({ verb: 'grant', databases: ['b', 'c'] })
  all.push(submit('grant', 'd'))
  await clock.advance(15)
  gates[1]?.resolve()
  await clock.advance(4)
  expect(sent).toHaveLength(2)
  await clock.advance(1)
  expect(sent[2]).toEqual({ verb: 'grant', databases: ['d'] })
  expect(await Promise.all(all)).toEqual(['done', 'done', 'done', 'done'])
  expect(clock.pendingTimers).toBe(0)
})

test('callers that ask for the same share one answer', async () => {
  const { clock, sent, submit } = writerOver(succeed)
  const both = [submit('grant', 'a'), submit('grant', 'a')]
  await clock.advance(20)
  expect(sent).toEqual([{ verb: 'grant', databases: ['a'] }])
  expect(await Promise.all(both)).toEqual(['done', 'done'])
})

test('statements for one database keep their order', async () => {
  const { clock, sent, submit } = writerOver(succeed)
  const all = [
    submit('grant', 'a'),
    submit('revoke', 'a'),
    submit('grant', 'a'),
    submit('grant', 'b'),
    submit('revoke', 'c'),
  ]
  await clock.runUntil(() => sent.length === 3)
  expect(sent).toEqual([
    { verb: 'grant', databases: ['a', 'b'] },
    { verb: 'revoke', databases: ['a', 'c'] },
    { verb: 'grant', databases: ['a'] },
  ])
  await Promise.all(all)
})

test('one bad name fails alone, with few statements more', async () => {
  const names = Array.from({ length: 64 }, (_, index) => `d${index}`)
  const { clock, sent, submit } = writerOver(refusing('d37'))
  const all = names.map(database => submit('grant', database))
  await clock.advance(20)
  const results = await Promise.all(all)
  expect(results.filter(result => result !== 'done')).toHaveLength(1)
  expect(results[37]).toMatchObject({ code: 'missingPrivileges' })
  expect(sent.length).toBeLessThanOrEqual(1 + 2 * Math.log2(64))
})

test('whatever is refused, exactly that fails, and everything else is written', async () => {
  const names = fc.uniqueArray(fc.nat(30).map(String), { minLength: 1, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(names, fc.array(fc.nat(30).map(String)), async (databases, bad) => {
      const written = new Set<string>()
      const { clock, submit } = writerOver(async sent => {
        await refusing(...bad)(sent)
        for (const database of sent.databases) written.add(database)
      })
      const all = databases.map(database => submit('grant', database))
      await clock.advance(20)
      const results = await Promise.all(all)
      const good = databases.filter(database => !bad.includes(database))
      expect(databases.filter((_, index) => results[index] === 'done')).toEqual(good)
      expect([...written].sort()).toEqual([...good].sort())
    }),
    { numRuns: 100 },
  )
})

test.each([
  ['a time-out', new ClickHouseError('timeout', 'late', { uncertain: true })],
  ['a lost connection', new ClickHouseError('unreachable', 'cut', { uncertain: true })],
  ['a refused connection', new ClickHouseError('unreachable', 'away')],
  ['a missing reader', new ClickHouseError('readerMissing', 'who', { serverCode: 511 })],
  ['a read-only access storage', new ClickHouseError('accessStorageReadOnly', 'no', { serverCode: 495 })],
  ['a busy server', new ClickHouseError('busy', 'wait', { serverCode: 202 })],
])('%s is everybody’s, and nothing is tried in halves', async (_, error) => {
  const { clock, sent, submit } = writerOver(() => Promise.reject(error))
  const all = ['a', 'b', 'c'].map(database => submit('grant', database))
  await clock.advance(20)
  expect(await Promise.all(all)).toEqual([error, error, error])
  expect(sent).toHaveLength(1)
})

test('a failed batch does not hold up the next', async () => {
  const { clock, submit } = writerOver(refusing('bad'))
  const first = submit('grant', 'bad')
  await clock.advance(20)
  expect(await first).toMatchObject({ code: 'missingPrivileges' })
  const second = submit('grant', 'good')
  await clock.advance(20)
  expect(await second).toBe('done')
})

test('what is given up before it went out does not go out', async () => {
  const { clock, sent, submit } = writerOver(succeed)
  const controller = new AbortController()
  const first = submit('grant', 'a', controller.signal)
  const second = submit('grant', 'b')
  controller.abort()
  await clock.advance(20)
  expect(await first).toMatchObject({ code: 'aborted', uncertain: false })
  expect(await second).toBe('done')
  expect(sent).toEqual([{ verb: 'grant', databases: ['b'] }])
})

test('what is given up on its way is uncertain', async () => {
  const { clock, submit } = writerOver(() => new Promise(() => undefined))
  const controller = new AbortController()
  const first = submit('grant', 'a', controller.signal)
  await clock.advance(20)
  controller.abort()
  expect(await first).toMatchObject({ code: 'aborted', uncertain: true })
})

test('nothing goes out after close, and what waited is told so', async () => {
  const { clock, sent, writer, submit } = writerOver(succeed)
  const waiting = submit('grant', 'a')
  writer.close()
  expect(await waiting).toMatchObject({ code: 'aborted', uncertain: false })
  expect(await submit('grant', 'b')).toMatchObject({ code: 'aborted', uncertain: false })
  await clock.advance(100)
  expect(sent).toEqual([])
  expect(clock.pendingTimers).toBe(0)
})
