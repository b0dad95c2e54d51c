/**
 * The leader is killed, or stands still, in the middle of a stage, and the next one must come to the end that is reached
 * without that.
 */
import { expect } from 'vitest'
import type { World } from '../../cluster/world.ts'
import { CallGate, countOf, type Fate, type HeldCall } from '../../proxies/call-gate.ts'
import { eventually } from '../../time/eventually.ts'
import { settled } from '../../watchers/settled.ts'
import type { TokenWatch } from '../../watchers/token-watch.ts'
import { looksOf, mostLooks, worksOf, type Contenders } from './contenders.ts'
import { sentOnGoingOn } from './going-on.ts'
import { Group } from './group.ts'
import { stages, type Stage, type StageName } from './stages.ts'

const size = 12

/** What becomes of the leader: SIGKILL; or SIGSTOP, and SIGCONT once the next one has done the work. */
export type Mishap = 'killed' | 'halted'

export type Mishaps = Readonly<Record<StageName, Mishap>>

/** What may become of the call in which it was. One that stands still may hear of it afterwards. */
const fates: Readonly<Record<Mishap, readonly Fate[]>> = {
  killed: ['cut', 'lost'],
  halted: ['cut', 'lost', 'answered'],
}

interface Undisturbed {
  readonly state: unknown
  readonly writes: unknown
  /** How many of each of the stage's calls there were. */
  readonly counts: readonly number[]
}

/** In seconds after the mishap. */
export interface Takeover {
  /** From the last sign of life of the one before to the next one's first, by the Lease. */
  readonly led: number
  readonly worked: number
}

interface Disturbed {
  readonly group: Group
  readonly mishap: Mishap
  readonly random: () => number
}

export class KillCourse {
  readonly groups: Group[] = []
  readonly #world: World
  readonly #watch: TokenWatch
  readonly #ends = new Map<Stage, Undisturbed>()

  constructor(world: World, watch: TokenWatch) {
    this.#world = world
    this.#watch = watch
  }

  /** What comes of each stage without a kill. */
  async playUndisturbed(contenders: Contenders): Promise<void> {
    const calm = this.group('calm')
    for (const stage of stages) {
      await stage.act(calm)
      await comes(stage, calm)
      const state = await settled(() => calm.state(), { forMs: 1_000 })
      // Whoever led: on a slow machine the leader may have changed.
      const proxies = contenders.all.map(({ proxy }) => proxy)
      const counts = await Promise.all(stage.calls(calm).map(call => countOf(call, this.#world, proxies)))
      this.#ends.set(stage, { state, writes: this.#watch.writes(calm.name), counts })
    }
  }

  async play(
    contenders: Contenders,
    { name, mishaps }: { readonly name: string; readonly mishaps: Mishaps },
    random: () => number,
  ): Promise<readonly Takeover[]> {
    const group = this.group(name)
    const takeovers: Takeover[] = []
    for (const stage of stages) {
      const course = { group, mishap: mishaps[stage.name], random }
      takeovers.push(await this.#disturbed(stage, course, contenders))
    }
    return takeovers
  }

  group(name: string): Group {
    const group = new Group(this.#world, name, size)
    this.groups.push(group)
    return group
  }

  async #disturbed(stage: Stage, course: Disturbed, contenders: Contenders): Promise<Takeover> {
    const { group, mishap } = course
    const { leader, standby } = await contenders.ready()
    const held = this.#chosen(stage, course)
    const where = `${stage.name} of ${group.name}, ${mishap} at ${JSON.stringify(held, asText)}`
    const gate = await CallGate.close(this.#world, leader.proxy, [held])
    await stage.act(group)
    await gate.reached(1, 90_000).catch((error: unknown) => {
      throw new Error(`${where}: ${String(error)}`)
    })
    const looks = looksOf(standby)
    const endedAt = performance.now()
    if (mishap === 'killed') await leader.operator.kill('SIGKILL')
    else contenders.standStill(leader)
    await gate.open()
    const next = await contenders.leadsInsteadOf(leader)
    if (next === standby) expect(looksOf(next) - looks, where).toBeLessThanOrEqual(mostLooks(contenders.pace))
    const what = `${where}: the next one works`
    const works = async (): Promise<boolean> => worksOf(next).length > 0 || (await stage.isDone(group))
    await eventually(works, { what, deadlineMs: 60_000, everyMs: 20 })
    const worked = (performance.now() - endedAt) / 1_000
    await comes(stage, group)
    await this.#isAsUndisturbed(stage, group, where)
    const both = { former: leader, present: next }
    if (mishap === 'halted') expect(await sentOnGoingOn(this.#world, contenders, both), where).toEqual([])
    return { led: contenders.history.gapBefore(next.identity) / 1_000, worked }
  }

  async #isAsUndisturbed(stage: Stage, group: Group, where: string): Promise<void> {
    const end = this.#ends.get(stage)
    const sameEnd = async (): Promise<true> => {
      expect(await group.state(), where).toEqual(end?.state)
      return true
    }
    await eventually(sameEnd, { what: where, deadlineMs: 60_000 })
    expect(this.#watch.mintedTwice(group.name), where).toEqual([])
    expect(this.#watch.writes(group.name), where).toEqual(end?.writes)
  }

  /** One of the first half of these calls, so that there is always something left to do. */
  #chosen(stage: Stage, { group, mishap, random }: Disturbed): HeldCall {
    const known = this.#ends.get(stage)?.counts ?? []
    const calls = stage.calls(group).flatMap((call, at) => (known[at] ? [{ call, count: known[at] }] : []))
    const one = calls[Math.floor(random() * calls.length)]
    if (one === undefined) throw new Error(`there was no call in the ${stage.name}`)
    const { call, count } = one
    const skip = call.skip ?? Math.floor((random() * count) / 2)
    const possible = fates[mishap]
    return { call: { ...call, skip }, fate: possible[Math.floor(random() * possible.length)] ?? 'cut' }
  }
}

/** A line for people. */
export function report(takeovers: readonly Takeover[]): string {
  const told = (which: keyof Takeover): string => {
    const sorted = takeovers.map(takeover => takeover[which]).toSorted((a, b) => a - b)
    const [median = 0, most = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
    return `at most ${most.toFixed(1)} s, in the middle ${median.toFixed(1)} s`
  }
  return `${takeovers.length} takeovers; the next one led after ${told('led')}; worked after ${told('worked')}`
}

async function comes(stage: Stage, group: Group): Promise<void> {
  const what = `the end of the ${stage.name} of ${group.name}`
  await eventually(() => stage.isDone(group), { what, deadlineMs: 90_000 })
}

function asText(_key: string, value: unknown): unknown {
  return value instanceof RegExp ? String(value) : value
}
