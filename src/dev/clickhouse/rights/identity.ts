import { ServerError } from '../sql/server-error.ts'

/** Whose rights and settings the engine's only session user, `default`, has. */
export type Identity = { readonly admin: true } | { readonly admin: false; readonly user: string }

export const asAdmin: Identity = { admin: true }

export function sameIdentity(one: Identity, other: Identity): boolean {
  return one.admin ? other.admin : !other.admin && one.user === other.user
}

/** Puts the user's name into an error in which the engine speaks of `default`. */
export function inTheNameOf(user: string, error: unknown): unknown {
  if (!(error instanceof ServerError) || !error.message.startsWith('default: ')) return error
  return new ServerError(error.code, error.symbol, user + error.message.slice('default'.length))
}
