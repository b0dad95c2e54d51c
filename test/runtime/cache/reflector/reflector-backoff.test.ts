import { expect, test } from 'vitest'
import { CodedError } from '../../../../src/core/errors.ts'
import { a5, refused, setUp, watching } from './reflector-rig.ts'
import { pause, type ScriptedSource, type Step } from './scripted-source.ts'

/** The waits between the calls of a source, in milliseconds. */
function waits(source: ScriptedSource): number[] {
  return source.calls.slice(1).map((call, i) => call.atMs - (source.calls[i]?.atMs ?? 0))
}

test('backs off from 0.8 s to 30 s, factor 2', async () => {
  const failing = Array.from({ length: 8 }, (): Step => ({ listFails: refused }))
  const { clock, source, reflector } = setUp(
    [...failing, { list: [], version: 9 }, watching],
    () => 0.999_999,
  )
  reflector.start()
  await clock.runUntil(() => source.asked.includes('watch 9'), 600_000)
  expect(waits(source).map(Math.round)).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 0])
})

test('with full jitter', async () => {
  const failing = Array.from({ length: 4 }, (): Step => ({ listFails: refused }))
  const { clock, source, reflector } = setUp([...failing, { list: [], version: 9 }, watching], () => 0.25)
  reflector.start()
  await clock.runUntil(() => source.asked.includes('watch 9'), 600_000)
  expect(waits(source)).toEqual([200, 400, 800, 1600, 0])
})

test.each([
  { name: 'two minutes of health reset the backoff', healthyMs: 120_000, waitMs: 800 },
  { name: 'less than that does not', healthyMs: 119_000, waitMs: 3200 },
])('$name', async ({ healthyMs, waitMs }) => {
  const { clock, source, reflector } = setUp(
    [
      { listFails: refused },
      { listFails: refused },
      { list: [a5], version: 9 },
      { watch: [pause(healthyMs)], next: refused },
      watching,
    ],
    () => 0.999_999,
  )
  reflector.start()
  await clock.runUntil(() => source.asked.length === 5, 600_000)
  expect(Math.round(waits(source)[3] ?? 0)).toBe(healthyMs + waitMs)
})

test('health is not summed up over failures', async () => {
  const minute: Step = { watch: [pause(70_000)], next: refused }
  const { clock, source, reflector } = setUp(
    [{ list: [a5], version: 9 }, minute, minute, minute, watching],
    () => 0.999_999,
  )
  reflector.start()
  await clock.runUntil(() => source.asked.length === 5, 600_000)
  expect(waits(source).map(Math.round)).toEqual([0, 70_800, 71_600, 73_200])
})

test('watches that the server ends at once are no hot loop', async () => {
  const short = Array.from({ length: 20 }, (): Step => ({ watch: [], next: 'end' }))
  const { clock, source, reflector } = setUp([{ list: [], version: 9 }, ...short, watching], () => 0.5)
  reflector.start()
  await clock.advance(10_000)
  expect(source.calls.length).toBeLessThan(8)
})

test("the server's own Retry-After is a minimum", async () => {
  const throttled = new CodedError('throttled', 'slow down', { retryable: true, retryAfterMs: 7_000 })
  const { clock, source, reflector } = setUp([{ listFails: throttled }, { list: [], version: 9 }, watching])
  reflector.start()
  await clock.runUntil(() => source.asked.includes('watch 9'), 600_000)
  expect(waits(source)[0]).toBe(7_000)
})

test('logs a failure once, not at each try, and the recovery', async () => {
  const failing = Array.from({ length: 5 }, (): Step => ({ listFails: refused }))
  const { clock, reflector, lines } = setUp([...failing, { list: [], version: 9 }, watching])
  reflector.start()
  await clock.runUntil(() => reflector.hasSynced, 600_000)
  expect(lines('warn').map(line => line['msg'])).toEqual(['reflector failed'])
  expect(lines('info').map(line => line['msg'])).toEqual(['reflector recovered'])
})
