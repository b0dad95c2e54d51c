/** What one link is signed for. */
import { EmbedError } from './errors.ts'
import { isPlain, type Params, type ParamValue } from './parameters.ts'

/** Required names are typed as such; others may come besides. */
export type SignedParams<Required extends string> = Readonly<Record<Required, ParamValue>> & Params

export interface SignRequest<Required extends string> {
  readonly params: SignedParams<Required>
  /** Besides those of the options. A name in both has this value. */
  readonly unsignedParams?: Params
}

/**
 * Reads a request from whatever a program passes. Nothing is passed over, as `sign({ tenant })` in place of
 * `sign({ params: { tenant } })` would be signed without a filter.
 *
 * @throws EmbedError `EMBED_PARAM_TYPE`
 */
export function readRequest(given: unknown): Partial<SignRequest<string>> {
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null || !isPlain(given)) throw wrong('it is no plain object')
  const { params, unsignedParams, ...others } = given as Partial<SignRequest<string>>
  if (Reflect.ownKeys(others).length > 0) throw wrong('it has other names')
  if (params !== undefined) return { params, ...(unsignedParams === undefined ? {} : { unsignedParams }) }
  if ('params' in given) throw wrong('params is undefined')
  return unsignedParams === undefined ? {} : { unsignedParams }
}

function wrong(what: string): EmbedError {
  const message = `What is to be signed cannot be told, as ${what}: pass { params: { name: value } }.`
  return new EmbedError('EMBED_PARAM_TYPE', message)
}
