/**
 * The batches of a rollout: equal shares of the slots, in their order. Everybody who counts or names batches asks here,
 * so that the machine, the plan and the status give one batch one number. Pure.
 */
import { slotCount } from '../slots.ts'

/** The part of a rollout's pace that makes its batches. */
export interface BatchSize {
  /** From 1 to 100. */
  readonly percent: number
}

function slotsOf({ percent }: BatchSize): number {
  return (percent * slotCount) / 100
}

/** How many batches there are, also those in which nobody is. */
export function batchCount(size: BatchSize): number {
  return Math.ceil(slotCount / slotsOf(size))
}

/** The batch that a rollout is at with so many slots admitted: from 1, and 0 before the first. */
export function batchAt(admitted: number, size: BatchSize): number {
  return Math.ceil(admitted / slotsOf(size))
}

/** The first slot of the batch that a rollout is at. */
export function batchStart(admitted: number, size: BatchSize): number {
  return Math.max(0, batchAt(admitted, size) - 1) * slotsOf(size)
}

/** How many slots may move once the batch of this slot has begun. The last batch may be a smaller one. */
export function batchEnd(slot: number, size: BatchSize): number {
  return Math.min(slotCount, (Math.floor(slot / slotsOf(size)) + 1) * slotsOf(size))
}
