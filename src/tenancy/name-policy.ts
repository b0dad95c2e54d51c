/**
 * Who may have which database name. A token names only a database, so these rules are a security boundary. They
 * repeat those of the CRD, since an object may be older than its CRD.
 */
import type { LabelSelector } from '../api/fields/fields.ts'
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import type { PartnerKey } from '../api/partner-key.ts'
import { isServersOwn } from '../api/fields/server-databases.ts'
import { selects } from './label-selector.ts'

const identifier = /^[A-Za-z_][A-Za-z0-9_]{0,126}$/

/** Why no tenant may have this database name, or undefined when one may. Safe to show to the tenant. */
export function databaseNameProblem(name: string): string | undefined {
  if (!identifier.test(name)) {
    return 'A database name has 1 to 127 letters, digits and underscores of ASCII and does not begin with a digit.'
  }
  if (isServersOwn(name)) return `"${name}" is a database of the server itself: choose another name.`
  if (name.toLowerCase().startsWith('lenskeeper_')) {
    return 'Names that begin with lenskeeper_ are the operator’s own: choose another name.'
  }
  return undefined
}

/** `tenants.namespaces` of a PartnerKey. */
export interface NamespacePolicy {
  readonly from: 'Same' | 'All' | 'Selector'
  /** For `Selector`. Without it, or if a namespace's labels are not known, nothing is selected. */
  readonly selector?: LabelSelector
}

export interface NamespacesAtHand {
  readonly keyNamespace: string
  readonly tenantNamespace: string
  /** Of the tenant's namespace; undefined when the operator cannot know them. */
  readonly namespaceLabels?: Readonly<Record<string, string>> | undefined
}

/** Whether a PartnerKey takes tenants of a namespace. With `Selector`, its own namespace must be selected too. */
export function namespaceAllowed(policy: NamespacePolicy, namespaces: NamespacesAtHand): boolean {
  switch (policy.from) {
    case 'Same':
      return namespaces.keyNamespace === namespaces.tenantNamespace
    case 'All':
      return true
    case 'Selector':
      return (
        policy.selector !== undefined &&
        namespaces.namespaceLabels !== undefined &&
        selects(policy.selector, namespaces.namespaceLabels)
      )
    default:
      policy.from satisfies never
      return false
  }
}

export interface NameAtHand {
  readonly keyNamespace: string
  readonly tenantNamespace: string
  readonly database: string
}

/**
 * Whether one of a PartnerKey's globs lets a namespace use a database name. `*` stands for any characters;
 * `{namespace}` for the tenant's namespace with `-` written as `_`. Behind `{namespace}` no star takes part in a `__`,
 * neither alone nor with its neighbours. Otherwise `{namespace}__*` would let namespace `a` have `a__b__x`, which is
 * `x` of namespace `a--b`.
 *
 * Without globs every name is allowed to the key's own namespace, and none to others.
 */
export function databaseAllowed(patterns: readonly string[] | undefined, at: NameAtHand): boolean {
  if (patterns === undefined) return at.keyNamespace === at.tenantNamespace
  return patterns.some(pattern => matches(pattern, at))
}

/**
 * Whether a PartnerKey lets a tenant in: its namespace, and its database name there, if that is a name at all.
 *
 * @param namespaceLabels of the tenant's namespace; undefined when the operator cannot know them
 */
export function admits(
  partnerKey: PartnerKey,
  tenant: Pick<ConnectorTenant, 'metadata' | 'spec'>,
  namespaceLabels: Readonly<Record<string, string>> | undefined,
): boolean {
  const { namespaces, databases } = partnerKey.spec.tenants
  const keyNamespace = partnerKey.metadata.namespace ?? ''
  const tenantNamespace = tenant.metadata.namespace ?? ''
  const { database } = tenant.spec
  return (
    databaseNameProblem(database) === undefined &&
    namespaceAllowed(namespaces, { keyNamespace, tenantNamespace, namespaceLabels }) &&
    databaseAllowed(databases, { keyNamespace, tenantNamespace, database })
  )
}

/** The special parts of a pattern. All between them is literal. */
const special = /(\*|\{namespace\})/

/**
 * Walks the pattern once, with the set of all positions in the name where it may be. So a star never takes more than
 * (name length)² steps.
 */
function matches(pattern: string, { tenantNamespace, database }: NameAtHand): boolean {
  let reached: ReadonlySet<number> = new Set([0])
  let guarded = false
  let behindStar = false
  for (const part of pattern.split(special)) {
    if (part === '') continue
    if (part === '*') {
      reached = afterStar(database, reached, guarded)
    } else if (part === '{namespace}') {
      reached = afterLiteral(database, reached, tenantNamespace.replaceAll('-', '_'))
      guarded = true
    } else {
      const bordersStar = guarded && behindStar
      reached = afterLiteral(database, bordersStar ? withoutDouble(database, reached) : reached, part)
    }
    if (reached.size === 0) return false
    behindStar = part === '*'
  }
  return reached.has(database.length)
}

function afterLiteral(database: string, from: ReadonlySet<number>, literal: string): ReadonlySet<number> {
  const starts = [...from].filter(position => database.startsWith(literal, position))
  return new Set(starts.map(position => position + literal.length))
}

function afterStar(database: string, from: ReadonlySet<number>, guarded: boolean): ReadonlySet<number> {
  const reached = new Set<number>()
  for (const start of from) {
    const double = guarded ? database.indexOf('__', start - 1) : -1
    const last = double === -1 ? database.length : double + 1
    for (let position = start; position <= last; position++) reached.add(position)
  }
  return reached
}

/** The positions where a literal may follow a star without a `__` at the seam. */
function withoutDouble(database: string, from: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...from].filter(position => !database.startsWith('__', position - 1)))
}
