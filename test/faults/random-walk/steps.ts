/** The steps of the walk: what people do to tenants, and what goes wrong around them. */
import * as fc from 'fast-check'

/** Each round has six of its own: a name that somebody once had is never free again. */
export const databases = ['a', 'b', 'c', 'd', 'e', 'f'] as const
export const tenants = [
  'left/a',
  'left/b',
  'left/c',
  'left/d',
  'right/a',
  'right/b',
  'right/c',
  'right/d',
] as const

export type Tenant = (typeof tenants)[number]
export type Database = (typeof databases)[number]

export type Step =
  | { readonly kind: 'create'; readonly tenant: Tenant; readonly database: Database; readonly drop: boolean }
  | { readonly kind: 'delete'; readonly tenant: Tenant }
  | { readonly kind: 'edit'; readonly tenant: Tenant; readonly what: 'access' | 'suspend' | 'policy' }
  | { readonly kind: 'recreate'; readonly tenant: Tenant; readonly database: Database }
  | { readonly kind: 'assign'; readonly tenant: Tenant; readonly database: Database }
  | { readonly kind: 'acceptLoss'; readonly tenant: Tenant }
  | { readonly kind: 'putData'; readonly database: Database }
  | { readonly kind: 'dropByHand'; readonly database: Database; readonly replica: 0 | 1 | 'both' }
  | { readonly kind: 'revokeByHand'; readonly database: Database; readonly replica: 0 | 1 }
  | { readonly kind: 'foreign'; readonly database: Database; readonly replica: 0 | 1 }
  | { readonly kind: 'deleteSecret'; readonly tenant: Tenant }
  | { readonly kind: 'swapSecrets'; readonly tenant: Tenant; readonly other: Tenant }
  | { readonly kind: 'restart' }
  | { readonly kind: 'outage'; readonly replica: 0 | 1 }

const tenant = fc.constantFrom(...tenants)
const database = fc.constantFrom(...databases)
const replica = fc.constantFrom(0 as const, 1 as const)
const kind = <K extends Step['kind']>(name: K) => fc.constant(name)

const weighted: readonly [number, fc.Arbitrary<Step>][] = [
  [30, fc.record({ kind: kind('create'), tenant, database, drop: fc.boolean() })],
  [12, fc.record({ kind: kind('delete'), tenant })],
  [
    12,
    fc.record({
      kind: kind('edit'),
      tenant,
      what: fc.constantFrom('access' as const, 'suspend' as const, 'policy' as const),
    }),
  ],
  [8, fc.record({ kind: kind('recreate'), tenant, database })],
  [5, fc.record({ kind: kind('assign'), tenant, database })],
  [4, fc.record({ kind: kind('acceptLoss'), tenant })],
  [10, fc.record({ kind: kind('putData'), database })],
  [
    3,
    fc.record({
      kind: kind('dropByHand'),
      database,
      replica: fc.constantFrom(0 as const, 1 as const, 'both' as const),
    }),
  ],
  [6, fc.record({ kind: kind('revokeByHand'), database, replica })],
  [2, fc.record({ kind: kind('foreign'), database, replica })],
  [4, fc.record({ kind: kind('deleteSecret'), tenant })],
  [4, fc.record({ kind: kind('swapSecrets'), tenant, other: tenant })],
  [1, fc.record({ kind: kind('restart') })],
  [1, fc.record({ kind: kind('outage'), replica })],
]

/** The same seed gives the same steps. */
export function stepsOf(seed: number, count: number): readonly Step[] {
  const step = fc.oneof(...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary })))
  return fc.sample(step, { seed, numRuns: count })
}
