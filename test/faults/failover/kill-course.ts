/** The leader is killed in the middle of a stage, and the next one must come to the end that is reached without a kill. */
import { expect } from 'vitest'
import type { World } from '../../cluster/world.ts'
import { CallGate, countOf, type HeldCall } from '../../proxies/call-gate.ts'
import { eventually } from '../../time/eventually.ts'
import { settled } from '../../watchers/settled.ts'
import type { TokenWatch } from '../../watchers/token-watch.ts'
import { looksOf, mostLooks, worksOf, type Contenders } from './contenders.ts'
import { Group } from './group.ts'
import { stages, type Stage } from './stages.ts'

const size = 12

interface Undisturbed {
  readonly state: unknown
  readonly writes: unknown
  /** How many of each of the stage's calls there were. */
  readonly counts: readonly number[]
}

/** In seconds after the kill. */
interface Takeover {
  /** From the last sign of life of the one before to the next one's first, by the Lease. */
  readonly led: number
  readonly worked: number
}

export class KillCourse {
  readonly groups: Group[] = []
  readonly takeovers: Takeover[] = []
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
      const { leader } = await contenders.ready()
      const counts = await Promise.all(
        stage.calls(calm).map(call => countOf(call, this.#world, leader.proxy)),
      )
      this.#ends.set(stage, { state, writes: this.#watch.writes(calm.name), counts })
    }
  }

  async play(contenders: Contenders, name: string, random: () => number): Promise<void> {
    const group = this.group(name)
    for (const stage of stages) await this.#killedIn(stage, { group, random }, contenders)
  }

  group(name: string): Group {
    const group = new Group(this.#world, name, size)
    this.groups.push(group)
    return group
  }

  /** A line for people. */
  report(): string {
    const told = (which: keyof Takeover): string => {
      const sorted = this.takeovers.map(takeover => takeover[which]).toSorted((a, b) => a - b)
      const [median = 0, most = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
      return `at most ${most.toFixed(1)} s, in the middle ${median.toFixed(1)} s`
    }
    return `${this.takeovers.length} kills; the next one led after ${told('led')}; worked after ${told('worked')}`
  }

  async #killedIn(
    stage: Stage,
    { group, random }: { readonly group: Group; readonly random: () => number },
    contenders: Contenders,
  ): Promise<void> {
    const { leader, standby } = await contenders.ready()
    const held = this.#chosen(stage, group, random)
    const where = `${stage.name} of ${group.name}, ${JSON.stringify(held, asText)}`
    const gate = await CallGate.close(this.#world, leader.proxy, [held])
    await stage.act(group)
    await gate.reached(1, 90_000).catch((error: unknown) => {
      throw new Error(`${where}: ${String(error)}`)
    })
    const looks = looksOf(standby)
    const killedAt = performance.now()
    await leader.operator.kill('SIGKILL')
    await gate.open()
    const next = await contenders.leadsInsteadOf(leader)
    if (next === standby) expect(looksOf(next) - looks, where).toBeLessThanOrEqual(mostLooks(contenders.pace))
    const what = `${where}: the next one works`
    const works = async (): Promise<boolean> => worksOf(next).length > 0 || (await stage.isDone(group))
    await eventually(works, { what, deadlineMs: 60_000, everyMs: 20 })
    const worked = (performance.now() - killedAt) / 1_000
    this.takeovers.push({ led: contenders.history.gapBefore(next.identity) / 1_000, worked })
    await comes(stage, group)
    await this.#isAsUndisturbed(stage, group, where)
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
  #chosen(stage: Stage, group: Group, random: () => number): HeldCall {
    const known = this.#ends.get(stage)?.counts ?? []
    const calls = stage.calls(group).flatMap((call, at) => (known[at] ? [{ call, count: known[at] }] : []))
    const one = calls[Math.floor(random() * calls.length)]
    if (one === undefined) throw new Error(`there was no call in the ${stage.name}`)
    const { call, count } = one
    const skip = call.skip ?? Math.floor((random() * count) / 2)
    return { call: { ...call, skip }, fate: random() < 0.5 ? 'cut' : 'lost' }
  }
}

async function comes(stage: Stage, group: Group): Promise<void> {
  const what = `the end of the ${stage.name} of ${group.name}`
  await eventually(() => stage.isDone(group), { what, deadlineMs: 90_000 })
}

function asText(_key: string, value: unknown): unknown {
  return value instanceof RegExp ? String(value) : value
}
