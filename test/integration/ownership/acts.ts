/** Acts and sights that many rows of the hijack matrix have. */
import type { Act, Scene, Sight } from './scene.ts'

export const elsewhere = 'DatabaseOwnedElsewhere'

export const byKey = (name: string, namespace = 'datalens') => ({ partnerKeyRef: { name, namespace } })

export const served = (who: string, more: Partial<Sight> = {}): Sight => ({
  tenants: { [who]: 'Ready' },
  owner: who,
  readable: true,
  ...more,
})

/** A tenant with a row in its database. */
export function settledTenant(who: string, spec: Readonly<Record<string, unknown>> = {}): readonly Act[] {
  return [
    { what: `${who} comes`, do: scene => scene.create(who, specOf(spec)(scene)), shows: served(who) },
    { what: 'data come', do: scene => scene.putData(), shows: served(who, { data: true }) },
  ]
}

export const specOf =
  (spec: Readonly<Record<string, unknown>>) =>
  ({ database }: Scene): Readonly<Record<string, unknown>> =>
    spec['deletionPolicy'] === 'Drop' ? { ...spec, confirmDrop: database } : spec

export const drop = { deletionPolicy: 'Drop' }
