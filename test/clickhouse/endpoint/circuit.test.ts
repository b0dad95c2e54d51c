import { expect, test } from 'vitest'
import { Circuit } from '../../../src/clickhouse/endpoint/circuit.ts'
import { ClickHouseError } from '../../../src/clickhouse/errors.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const away = new ClickHouseError('unreachable', 'away', { uncertain: true, network: 'ECONNREFUSED' })

function circuitOver(probe: () => Promise<void>) {
  const clock = new VirtualClock()
  const probes: number[] = []
  const changes: (string | undefined)[] = []
  const circuit: Circuit = new Circuit({
    clock,
    random: () => 0.5,
    probe: () => {
      probes.push(clock.monotonic())
      return probe()
    },
    onChange: () => changes.push(circuit.known?.code),
  })
  return { clock, circuit, probes, changes }
}

test('a down endpoint is known at once, without doubt about what was never sent', async () => {
  const { circuit, changes } = circuitOver(() => Promise.reject(away))
  expect(circuit.known).toBeUndefined()
  circuit.note(away)
  expect(circuit.known).toMatchObject({
    code: 'unreachable',
    network: 'ECONNREFUSED',
    uncertain: false,
    retryAfterMs: 2_000,
  })
  circuit.note(away)
  expect(changes).toEqual(['unreachable'])
  circuit.close()
})

test('one probe at a time, at growing intervals, until it is back', async () => {
  let up = false
  const { clock, circuit, probes, changes } = circuitOver(() =>
    up ? Promise.resolve() : Promise.reject(away),
  )
  circuit.note(away)
  await clock.advance(60_000)
  expect(probes).toEqual([2_000, 6_000, 14_000, 29_000, 44_000, 59_000])
  up = true
  await clock.advance(15_000)
  expect(circuit.known).toBeUndefined()
  expect(changes).toEqual(['unreachable', undefined])
  expect(clock.pendingTimers).toBe(0)
})

test('a wrong password is tried once a minute', async () => {
  const wrong = new ClickHouseError('authenticationFailed', 'wrong', { serverCode: 516 })
  const { clock, circuit, probes } = circuitOver(() => Promise.reject(wrong))
  circuit.note(wrong)
  await clock.advance(130_000)
  expect(probes).toEqual([60_000, 120_000])
  circuit.close()
})

test.each([
  ['a refusal', new ClickHouseError('missingPrivileges', 'no', { serverCode: 497 })],
  ["the server's own time-out", new ClickHouseError('timeout', 'slow', { serverCode: 159, uncertain: true })],
  ['giving up', new ClickHouseError('aborted', 'stop')],
])('%s does not show that an endpoint is down', (_, error) => {
  const { clock, circuit, changes } = circuitOver(() => Promise.resolve())
  circuit.note(error)
  expect(circuit.known).toBeUndefined()
  expect(changes).toEqual([])
  expect(clock.pendingTimers).toBe(0)
})

test('an answer of any kind shows that it is back', () => {
  const { circuit } = circuitOver(() => Promise.resolve())
  circuit.note(away)
  circuit.note(new ClickHouseError('databaseExists', 'there', { serverCode: 82 }))
  expect(circuit.known).toBeUndefined()
})

test('nothing is left running after close, even during a probe', async () => {
  const gate = Promise.withResolvers<void>()
  const { clock, circuit, probes, changes } = circuitOver(() => gate.promise)
  circuit.note(away)
  await clock.advance(2_000)
  expect(probes).toHaveLength(1)
  circuit.close()
  gate.resolve()
  await clock.advance(60_000)
  expect(probes).toHaveLength(1)
  expect(changes).toEqual(['unreachable'])
  expect(clock.pendingTimers).toBe(0)
})
