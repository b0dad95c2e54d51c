// The benchmark, with too few tenants for its times to mean anything. It must run, and what it counts must hold at
// any size.
import { beforeAll, describe, expect, it } from 'vitest'
import { figuresOf } from '../../bench/figures.ts'
import { commands } from '../../bench/flags.ts'
import type { Phase } from '../../bench/phases.ts'
import { tables } from '../../bench/report.ts'
import { measureSeries, type Series } from '../../bench/series.ts'

const tenants = 12
let series: Series

beforeAll(async () => {
  const options = {
    guarding: false,
    wanted: new Set<string>(commands.all),
    sizes: [tenants],
    runs: 1,
    workers: 4,
    memoryMiB: 512,
    ceilingTenants: 4,
    granted: false,
    standInMs: undefined,
    idleSeconds: 1,
    json: undefined,
    profileTo: undefined,
    fromSource: true,
    onProgress: () => undefined,
  }
  series = await measureSeries(options, { tenants, run: 1 })
}, 300_000)

function phase(name: string): Phase {
  return series.phases.find(one => one.name === name) ?? expect.fail(`there is no phase ${name}`)
}

describe('npm run bench', () => {
  it('measures every phase and prints each', () => {
    expect(series.phases.map(({ name }) => name)).toEqual([...commands.all])
    const text = tables(figuresOf([series]))
    for (const name of commands.all)
      expect(text).toMatch(new RegExp(`^\\| ${name} +\\| +${tenants} \\|$`, 'm'))
  })

  it('finds two writes and one CREATE DATABASE a tenant in onboarding, and no Event', () => {
    for (const name of ['onboard', 'onboard-live']) {
      const { cost, tenants: count } = phase(name)
      expect(cost.apiWrites).toMatchObject({ secrets: count, connectortenants: count })
      expect(cost.apiWrites).not.toHaveProperty('events')
      expect(cost.statements).toMatchObject({ createDatabase: count })
    }
  })

  it('finds two writes a tenant in a rotation, besides the new key’s Secret', () => {
    const { cost, tenants: count } = phase('rotate')
    expect(cost.apiWrites).toMatchObject({ secrets: count + 1, connectortenants: count })
  })

  it('finds no write to tenants and Secrets after a restart or a failover, and none at all at rest', () => {
    for (const name of ['restart', 'failover']) {
      expect(phase(name).cost.apiWrites).not.toHaveProperty('secrets')
      expect(phase(name).cost.apiWrites).not.toHaveProperty('connectortenants')
    }
    for (const name of ['idle', 'standby']) expect(phase(name).cost.apiWrites).toEqual({})
  })

  it('compares with a ceiling that was measured', () => {
    for (const ceiling of series.ceilings) {
      expect(Math.min(ceiling.onboard.perSecond, ceiling.rotate.perSecond)).toBeGreaterThan(0)
    }
  })
})
