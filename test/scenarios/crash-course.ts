/**
 * Plays a piece of work undisturbed, and then again for each of its external calls, with the operator ended by SIGKILL
 * right before or right after that call and started again. All plays must end the same.
 */
import { expect } from 'vitest'
import { CrashGate, type Concern, type Effect, type Moment } from '../proxies/crash-gate.ts'
import { FaultProxy } from '../proxies/fault-proxy.ts'
import { eventually } from '../time/eventually.ts'
import { often } from '../time/long.ts'
import { settled } from '../watchers/settled.ts'
import type { RunningOperator } from '../cluster/operator-under-test.ts'
import type { World } from '../cluster/world.ts'

export interface Scenario {
  readonly name: string
  /** Is part of the names of its runs. */
  readonly letter: string
  /** Further calls that count as the scenario's: their paths name nobody. */
  readonly also?: RegExp
  /** Several runs are one reconcile, so that one that hangs holds up the others. */
  readonly oneAtATime?: true
  /** Makes what has to be there before, for all of these runs, and waits for it. */
  prepare(ids: readonly string[]): Promise<void>
  /** The change that the operator is to work on. */
  act(id: string): Promise<unknown>
  /** Throws, or is false, until the run has come to its end. */
  isDone(id: string): Promise<boolean>
  /** What must not be at any moment, also right after a stop. */
  faults?(id: string): Promise<readonly string[]>
  /** Removes what would only cost time from here on. */
  tidy?(ids: readonly string[]): Promise<void>
  /** All that is left of the run, without what differs from run to run. */
  state(id: string): Promise<unknown>
}

interface Undisturbed {
  readonly effects: readonly Effect[]
  readonly state: unknown
}

interface Stop {
  readonly id: string
  readonly effect: Effect
  readonly moment: Moment
}

export class CrashCourse {
  /** The names of all plays. */
  readonly ids: string[] = []
  /** A line a scenario, for people. */
  readonly covered: string[] = []
  readonly #world: World
  readonly #proxy: FaultProxy
  readonly #gate: CrashGate
  #operator: RunningOperator

  private constructor(world: World, proxy: FaultProxy, operator: RunningOperator) {
    this.#world = world
    this.#proxy = proxy
    this.#gate = new CrashGate(world, proxy)
    this.#operator = operator
  }

  static async open(world: World): Promise<CrashCourse> {
    const proxy = await FaultProxy.start(await world.operatorKubeconfig())
    const operator = await world.startOperator({ kubeconfig: proxy.kubeconfigPath })
    return new CrashCourse(world, proxy, operator)
  }

  /** To be called when the world is closed. */
  async close(): Promise<void> {
    await this.#proxy.close()
  }

  async play(scenario: Scenario): Promise<void> {
    const undisturbed = await this.#undisturbed(scenario)
    const runs = momentsOf(undisturbed.effects).map((run, index) => ({
      ...run,
      id: this.#idOf(scenario, index + 1),
    }))
    await scenario.prepare(runs.map(({ id }) => id))
    for (const run of runs) await this.#stopAt(scenario, run, undisturbed)
    // A state that only seemed to be the end shows itself by now.
    for (const { id } of runs) expect(await scenario.state(id)).toEqual(undisturbed.state)
    await scenario.tidy?.(runs.map(({ id }) => id))
    this.covered.push(`${scenario.name}: ${undisturbed.effects.length} calls, ${runs.length} stops`)
  }

  async #undisturbed(scenario: Scenario): Promise<Undisturbed> {
    const id = this.#idOf(scenario, 0)
    const concern = concernOf(scenario, id)
    await scenario.prepare([id])
    await this.#gate.reset()
    await scenario.act(id)
    await eventually(() => scenario.isDone(id), { what: `${scenario.name} undisturbed`, deadlineMs: 60_000 })
    const effects = await settled(() => this.#gate.effects(concern))
    return { effects, state: await scenario.state(id) }
  }

  async #stopAt(scenario: Scenario, { id, effect, moment }: Stop, { effects, state }: Undisturbed) {
    const where = `${scenario.name}, ${moment} ${effect.at} ${effect.what} (${effect.nth})`
    const concern = concernOf(scenario, id)
    const gate = this.#gate
    await gate.reset()
    await gate.close(effect, moment, concern)
    await scenario.act(id)
    await gate.reached().catch(async error => {
      throw new Error(`${where}: ${error}\n${JSON.stringify(await gate.effects(concern), null, 1)}`)
    })
    await this.#operator.kill()
    expect((await scenario.faults?.(id)) ?? [], where).toEqual([])
    await gate.open()
    this.#operator = await this.#world.startOperator({ kubeconfig: this.#proxy.kubeconfigPath })
    await eventually(() => scenario.isDone(id), { what: where, deadlineMs: 60_000 })
    const sameEnd = async (): Promise<true> => {
      expect(await scenario.state(id), where).toEqual(state)
      return true
    }
    await eventually(sameEnd, { what: where, deadlineMs: 60_000, everyMs: 500 })
    const calls = (await gate.effects(concern)).length
    expect(calls, `calls with an effect: ${where}`).toBeLessThanOrEqual(2 * effects.length + 2)
  }

  #idOf({ letter }: Scenario, index: number): string {
    const id = `zq${letter}${index}z`
    this.ids.push(id)
    return id
  }
}

/**
 * Right after a call, what was done is as right before the next one, but for calls that are under way at once. So the
 * usual run stops before the first call and after each, and the long one before each, too.
 */
function momentsOf(effects: readonly Effect[]): readonly Omit<Stop, 'id'>[] {
  const alsoBefore = often({ usual: 1, long: effects.length })
  return effects.flatMap((effect, index) => [
    ...(index < alsoBefore ? [{ effect, moment: 'before' as const }] : []),
    { effect, moment: 'after' as const },
  ])
}

function concernOf({ also }: Scenario, id: string): Concern {
  return also === undefined ? { id } : { id, also }
}
