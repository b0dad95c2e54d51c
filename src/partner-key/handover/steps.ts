import type { ConfigMap } from '../../api/core-objects.ts'

export interface HandoverStep {
  readonly kind: 'writeHandover'
  readonly data: Readonly<Record<string, string>>
  /** The ConfigMap that the decision rests on. */
  readonly over: ConfigMap | undefined
}

/** The step as the write that it would be. */
export function describeHandoverStep({ over }: HandoverStep): string {
  return `${over === undefined ? 'create' : 'update'} the hand-over ConfigMap`
}
