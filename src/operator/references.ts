import { readerSecretName } from '../api/names.ts'
import { splitKey } from '../api/object.ts'
import type { ReferencedSecrets } from './referenced-secrets.ts'
import type { Queues } from './wake/wake.ts'
import type { Watches } from './watches.ts'

/** Keeps a watch on each Secret that a connection or a PartnerKey refers to. */
export function refer(
  { connections, partnerKeys }: Watches,
  references: ReferencedSecrets,
  queues: Queues,
): void {
  connections.store.subscribe(({ key, current }) => {
    const { namespace } = splitKey(key)
    const names =
      current === undefined
        ? []
        : [
            current.spec.credentialsSecretRef.name,
            readerSecretName(current),
            ...(current.spec.tls === undefined ? [] : [current.spec.tls.caSecretRef.name]),
          ]
    references.refer(
      `connections ${key}`,
      names.map(name => `${namespace}/${name}`),
    )
  })
  partnerKeys.store.subscribe(({ key, current }) => {
    const brought = current?.spec.privateKeySecretRef?.name
    references.refer(
      `partnerKeys ${key}`,
      brought === undefined ? [] : [`${splitKey(key).namespace}/${brought}`],
    )
  })
  references.subscribe(owner => {
    const [kind, key] = owner.split(' ')
    const queue = kind === 'connections' ? queues.connections : queues.partnerKeys
    queue.add(key ?? '', { reason: 'referenced secret' })
  })
}
