import type { Call } from '../call/call.ts'

/** RFC 7396. */
export function mergePatchOf(patch: unknown): Pick<Call, 'body' | 'contentType'> {
  return { body: patch, contentType: 'application/merge-patch+json' }
}
