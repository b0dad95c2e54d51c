/** Every reason of every kind, on real parts: what all places say of it, side by side, and that what is said to help helps. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kinds } from '../../../src/api/kinds.ts'
import type { RunningOperator } from '../../cluster/operator-under-test.ts'
import { startWorld, type World } from '../../cluster/world.ts'
import { buildKstatus, type Kstatus } from '../../watchers/kstatus.ts'
import { startKubectlProxy, type ApiServerByHttp } from '../../watchers/kubectl-proxy.ts'
import { makeAuthor } from './author.ts'
import type { Eyes } from './faces.ts'
import { playAll, stage, type Played } from './play.ts'
import { divideRights } from './corner/rights.ts'
import { nameOf } from './row.ts'
import { rows } from './table.ts'
import { misjudged, Versions } from './versions.ts'

let world: World
let api: ApiServerByHttp
let operator: RunningOperator
let versions: Versions
let kstatus: Kstatus
let played: readonly Played[] = []

beforeAll(async () => {
  const built = buildKstatus()
  world = await startWorld({ replicas: 2 })
  api = await startKubectlProxy(world.environment.controlPlane.kubectl, world.environment.kubeconfigPath)
  versions = await Versions.start(world)
  await divideRights(world)
  const author = await makeAuthor(world)
  operator = await world.startOperator()
  const eyes: Eyes = { world, api, versions, operator: () => operator, author }
  const only = process.env['TRUTH_ROWS']
  const wanted = rows.filter(row => only === undefined || nameOf(row).match(only))
  const turns = stage(wanted, eyes, 'a')
  played = turns.flat()
  kstatus = await built
  await playAll(turns, { eyes, atOnce: 12 })
}, 900_000)
afterAll(async () => {
  await versions.stop()
  await Promise.all(played.map(({ corner }) => corner.close()))
  await api.close()
  await world.close()
})

describe('what is told of', () => {
  test.each(rows.map(row => [nameOf(row), row] as const))('%s', (_, row) => {
    const found = played.find(each => each.row === row)
    if (found !== undefined) expect(found.failures).toEqual([])
  })
})

describe('what kstatus says, by its own code', () => {
  const failing = new Set(rows.filter(({ kstatus }) => kstatus === 'Failed').map(({ reason }) => reason))

  test('of every version that any of these objects ever had', async () => {
    const seen = [...versions.seen]
    expect(seen.length).toBeGreaterThan(played.length)
    const verdicts = await kstatus.judge(seen)
    expect(verdicts.length).toBe(seen.length)
    const wrong = verdicts.flatMap((verdict, at) => misjudged(seen[at], verdict, failing) ?? [])
    expect(wrong).toEqual([])
  })

  test.each(kinds.map(({ kind }) => kind))('of a %s that nobody has looked at yet', async kind => {
    const unseen = versions.seen.filter(
      object => object.kind === kind && object.status?.observedGeneration === -1,
    )
    // With TRUTH_ROWS there may be none.
    if (played.some(({ row }) => row.kind === kind)) expect(unseen).not.toEqual([])
    const verdicts = await kstatus.judge(unseen)
    expect(verdicts.filter(({ status }) => !['InProgress', 'Terminating'].includes(status))).toEqual([])
  })

  test('of each row', async () => {
    const shown = played.flatMap(({ row, faces }) => (faces === undefined ? [] : [{ row, faces }]))
    const verdicts = await kstatus.judge(shown.map(({ faces }) => faces.object))
    const said = shown.map(({ row }, at) => `${nameOf(row)}: ${verdicts[at]?.status}`)
    expect(said).toEqual(shown.map(({ row }) => `${nameOf(row)}: ${row.kstatus}`))
  })
})
