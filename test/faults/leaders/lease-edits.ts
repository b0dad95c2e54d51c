/** What people and programs do to the Lease of an election that they should leave alone. */
import type { LeaseHands, LeaseObject } from './lease-object.ts'
import type { LeaseEdit } from './steps.ts'

const longAgo = '1970-01-01T00:00:00.000000Z'

const edits = {
  'no spec': null,
  'no holder': { holderIdentity: '' },
  'a stranger': { holderIdentity: 'a stranger', leaseDurationSeconds: 1 },
  'a stranger for days': { holderIdentity: 'a stranger', leaseDurationSeconds: 1_000_000 },
  'the largest numbers': { holderIdentity: 'a stranger', leaseTransitions: 2 ** 31 - 1 },
  'times of long ago': { acquireTime: longAgo, renewTime: longAgo },
  'a shorter lease': { leaseDurationSeconds: 1 },
} as const satisfies Partial<Record<LeaseEdit, object | null>>

export class LeaseEditor {
  readonly #hands: LeaseHands
  /** As a backup may have it. */
  readonly #before: LeaseObject[] = []
  #putBacks = 0

  constructor(hands: LeaseHands) {
    this.#hands = hands
  }

  /** Done now and then, so that there is something to put back. */
  async backUp(): Promise<void> {
    const lease = await this.#hands.read()
    if (lease !== undefined) this.#before.push(lease)
  }

  async do(edit: LeaseEdit): Promise<void> {
    if (edit === 'delete') return await this.#hands.delete()
    if (edit === 'put back') return await this.#putBack()
    await this.#hands.edit(edits[edit])
  }

  /** A stranger is respected for up to five minutes, and so is their time if the name is gone. Nobody waits for that. */
  async letGo(): Promise<void> {
    const spec = (await this.#hands.read())?.spec
    const isLong = spec?.leaseDurationSeconds === edits['a stranger for days'].leaseDurationSeconds
    if (isLong || spec?.holderIdentity === 'a stranger') await this.#hands.edit({ leaseDurationSeconds: 1 })
  }

  /** In turn one of long ago, and one whose lead was given up: that looks as if nobody led. */
  async #putBack(): Promise<void> {
    const [oldest] = this.#before
    const free = this.#before.find(({ spec }) => (spec.holderIdentity ?? '') === '')
    this.#putBacks += 1
    const chosen = this.#putBacks % 2 === 0 ? oldest : (free ?? oldest)
    if (chosen !== undefined) await this.#hands.putBack(chosen)
  }
}
