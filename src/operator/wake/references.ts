import type { Kind } from '../kind.ts'
import type { ReferencedSecrets } from './referenced-secrets.ts'

/** Watches each Secret of other people that an object refers to. A change wakes that object alone. */
export function wakeByReferences(kinds: readonly Kind[], secrets: ReferencedSecrets): void {
  for (const kind of kinds) {
    if (kind.references === undefined) continue
    const references = secrets.open(key => kind.queue.add(key, { reason: 'referenced secret' }))
    kind.watched.store.subscribe(({ key, current }) => {
      references.refer(key, current === undefined ? [] : (kind.references?.(current) ?? []))
    })
  }
}
