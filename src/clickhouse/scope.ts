import { quoteIdentifier } from './quote.ts'

/** What a right is about. GRANT knows exact names and prefixes of them, and no other pattern. */
export type Scope =
  | { readonly kind: 'everything' }
  /** Every database whose name begins so. */
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'database'; readonly database: string }
  | { readonly kind: 'systemTable'; readonly table: string }
  | { readonly kind: 'user'; readonly user: string }

/** The databases of a glob, or more: only the text before its first special character counts. */
export function scopeOfGlob(glob: string): Scope {
  const end = glob.search(/[*?[\]{}]/)
  if (end === -1) return { kind: 'database', database: glob }
  return end === 0 ? { kind: 'everything' } : { kind: 'prefix', prefix: glob.slice(0, end) }
}

/** The scope as it stands behind ON in a GRANT. ClickHouse understands prefixes from 24.10 on. */
export function scopeText(scope: Scope): string {
  switch (scope.kind) {
    case 'everything':
      return '*.*'
    case 'prefix':
      return `${quoteIdentifier(scope.prefix)}*.*`
    case 'database':
      return `${quoteIdentifier(scope.database)}.*`
    case 'systemTable':
      return `system.${scope.table}`
    case 'user':
      return quoteIdentifier(scope.user)
    default:
      throw new TypeError(scope satisfies never)
  }
}

/** A right to read more than one database; with the role that gives it to the reader, if a role does. */
export interface BroaderRight {
  readonly scope: Extract<Scope, { readonly kind: 'everything' | 'prefix' }>
  readonly role?: string
}

/** For people: `*.*`, `client_*.*`, `*.* (role analyst)`. Read nothing back from it. */
export function broaderText({ scope, role }: BroaderRight): string {
  return role === undefined ? plainText(scope) : `${plainText(scope)} (role ${role})`
}

/** The scope with quotes only around a name that needs them. */
export function plainText(scope: BroaderRight['scope']): string {
  const isPlain = scope.kind === 'prefix' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(scope.prefix)
  return isPlain ? `${scope.prefix}*.*` : scopeText(scope)
}
