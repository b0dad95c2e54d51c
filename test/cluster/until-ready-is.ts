import { findCondition, type Condition, type ConditionStatus } from '../../src/api/conditions.ts'
import type { KubeObject } from '../../src/api/object.ts'
import type { ResourceClient } from '../../src/kube/objects/resource-client.ts'
import { eventually } from '../time/eventually.ts'

export interface ExpectedReady {
  readonly status: ConditionStatus
  /** Default: any. */
  readonly reason?: string | undefined
  readonly deadlineMs: number
}

interface WithConditions extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] | undefined }
}

const forever = new AbortController().signal

/** Waits until the object's Ready condition has this answer (and reason) for its present generation. */
export async function untilReadyIs<T extends WithConditions>(
  client: Pick<ResourceClient<T>, 'get'>,
  key: string,
  { status, reason, deadlineMs }: ExpectedReady,
): Promise<T> {
  return await eventually(
    async () => {
      const object = await client.get(key, forever)
      const ready = findCondition(object?.status?.conditions, 'Ready')
      const isFresh = ready?.observedGeneration === object?.metadata.generation
      const isExpected = ready?.status === status && (reason ?? ready.reason) === ready.reason
      if (object !== undefined && isFresh && isExpected) return object as Exclude<T, undefined | false>
      throw new Error(`Ready is ${ready?.status} ${ready?.reason}: ${ready?.message}`)
    },
    { what: `${key} is ${status} ${reason ?? ''}`, deadlineMs },
  )
}
