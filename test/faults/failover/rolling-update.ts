/** All operators are replaced as deploy/ has it, one more before one less, while tenants come without a pause. */
import type { TokenWatch } from '../../watchers/token-watch.ts'
import { eventually } from '../../time/eventually.ts'
import type { Contenders } from './contenders.ts'
import type { Group } from './group.ts'

const atOnce = 4

/** What is known afterwards. */
export interface Update {
  readonly tenants: readonly string[]
  /** The longest that one of them waited for its token, in seconds. */
  readonly longestWait: number
  /** From each SIGTERM of a leader until the next one led, in milliseconds. All processes have this machine's clock. */
  readonly handovers: readonly number[]
  readonly exitCodes: readonly (number | null)[]
}

/** @param group is open, and has no tenants yet */
export async function rollingUpdate(
  contenders: Contenders,
  group: Group,
  watch: TokenWatch,
): Promise<Update> {
  const load = new Load(group, watch)
  const { leader } = await contenders.ready()
  const olds = [leader, ...contenders.running.filter(one => one !== leader)]
  const exitCodes: (number | null)[] = []
  const handovers: number[] = []
  for (const old of olds) {
    await contenders.start()
    const hasLed = contenders.history.holder === old.identity
    const toldAt = Date.now()
    exitCodes.push(await contenders.retire(old))
    const { leader: next } = await contenders.ready()
    if (hasLed) handovers.push(contenders.history.acquiredAt(next.identity) - toldAt)
  }
  return { ...(await load.end()), exitCodes, handovers }
}

/** A few at a time, each as soon as one before has its token. */
class Load {
  readonly #group: Group
  readonly #watch: TokenWatch
  readonly #tenants: string[] = []
  readonly #working: Promise<unknown>
  #longestMs = 0
  #isEnding = false

  constructor(group: Group, watch: TokenWatch) {
    this.#group = group
    this.#watch = watch
    this.#working = Promise.all(Array.from({ length: atOnce }, () => this.#work()))
    this.#working.catch(() => undefined)
  }

  async end(): Promise<Pick<Update, 'tenants' | 'longestWait'>> {
    this.#isEnding = true
    await this.#working
    return { tenants: this.#tenants, longestWait: this.#longestMs / 1_000 }
  }

  async #work(): Promise<void> {
    const { name } = this.#group
    while (!this.#isEnding) {
      const tenant = `t${this.#tenants.length}`
      this.#tenants.push(tenant)
      const since = performance.now()
      await this.#group.create(tenant)
      const isServed = (): boolean => this.#watch.holders(name, '1:1').includes(tenant)
      await eventually(isServed, { what: `${name}/${tenant} has a token`, deadlineMs: 60_000, everyMs: 20 })
      this.#longestMs = Math.max(this.#longestMs, performance.now() - since)
    }
  }
}
