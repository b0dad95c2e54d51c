/**
 * The parameters of an embed. They are all that keeps one viewer's rows from another, so whatever is not plainly a
 * value is refused: `JSON.stringify` would drop an `undefined`, and the token would show everything.
 */
import { EmbedError } from './errors.ts'
import { platformNames, platforms } from './platform.ts'

export type ParamValue = string | number | readonly (string | number)[]
export type Params = Readonly<Record<string, ParamValue>>

/** A parameter that was checked: its value was read once, and is a copy. */
export interface CheckedParam {
  readonly name: string
  readonly value: ParamValue
}

export interface ParamRules {
  /** Numbers besides texts: DoubleCloud takes them. */
  readonly numbers: boolean
}

/** Names that DataLens's page reads itself, those of the token's own place among them. */
export const reservedParams: readonly string[] = [
  '_theme',
  '_embedded',
  '_no_controls',
  '_lang',
  '_action_params',
  '_no_scroll',
  '_autoupdate',
  '_safe_chart',
  '_without_sandbox_time_limit',
  'state',
  'tab',
  'mode',
  ...platformNames.map(name => platforms[name].tokenName),
]

const longestName = 256
/** More fit into no token. */
const longestList = 30_720

/**
 * Reads parameters from whatever a program passes. Only own properties of a plain object count, each is read once.
 *
 * @throws EmbedError `EMBED_PARAM_TYPE`, `EMBED_PARAM_RESERVED`
 */
export function readParams(given: unknown, rules: ParamRules): readonly CheckedParam[] {
  if (given === undefined) return []
  try {
    return entriesOf(given).map(([name, value]) => ({
      name: checkName(name),
      value: checkValue(name, value, rules),
    }))
  } catch (error) {
    // A getter or a proxy may throw anything, also a text with the value in it.
    throw error instanceof EmbedError ? error : wrong('The parameters cannot be read: pass a plain object.')
  }
}

function entriesOf(given: unknown): readonly (readonly [string, unknown])[] {
  if (typeof given !== 'object' || given === null || !isPlain(given)) {
    throw wrong('The parameters are no plain object: pass { name: value }.')
  }
  return Reflect.ownKeys(given).map(name => {
    if (typeof name === 'symbol') throw wrong('The parameters have a symbol for a name: a name is text.')
    return [name, Reflect.get(given, name) as unknown] as const
  })
}

/** Also an object of another realm, whose prototype is not ours. */
export function isPlain(given: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(given)
  return prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null)
}

/** @throws EmbedError `EMBED_PARAM_TYPE`, `EMBED_PARAM_RESERVED` */
export function checkName(name: string): string {
  if (name === '' || name.length > longestName || !name.isWellFormed()) {
    throw wrong(`A parameter’s name has to be text of 1 to ${longestName} characters.`)
  }
  if (reservedParams.includes(name)) {
    throw new EmbedError('EMBED_PARAM_RESERVED', `Parameter ${quoted(name)}: DataLens uses this name itself.`)
  }
  return name
}

function checkValue(name: string, value: unknown, rules: ParamRules): ParamValue {
  if (!Array.isArray(value)) return checkItem(name, value, rules)
  const list: readonly unknown[] = value
  const { length } = list
  if (length > longestList)
    throw new EmbedError('EMBED_TOKEN_TOO_LARGE', `Parameter ${quoted(name)} has too many values.`)
  const copy = Array.from({ length }, (_, index) => checkItem(name, list[index], rules))
  // The copy counts: a proxy may say anything of its length, also NaN.
  if (copy.length === 0) throw wrong(`Parameter ${quoted(name)} is an empty list: it would filter nothing.`)
  return copy
}

function checkItem(name: string, value: unknown, { numbers }: ParamRules): string | number {
  if (typeof value === 'string') {
    if (value === '') throw wrong(`Parameter ${quoted(name)} is an empty text: it would filter nothing.`)
    if (!value.isWellFormed()) throw wrong(`Parameter ${quoted(name)} is no well-formed text.`)
    return value
  }
  if (typeof value !== 'number')
    throw wrong(`Parameter ${quoted(name)} is ${nameOf(value)}, not a text or a list of texts.`)
  if (!numbers)
    throw wrong(
      `Parameter ${quoted(name)} is a number: this platform takes texts alone, so write it as text.`,
    )
  if (!Number.isFinite(value)) throw wrong(`Parameter ${quoted(name)} is no finite number.`)
  return value
}

/** A name may be of a viewer's making: it must not begin a new line in a log. */
function quoted(name: string): string {
  return JSON.stringify(name)
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return Array.isArray(value) ? 'a list in a list' : `a value of type ${typeof value}`
}

/** @throws EmbedError `EMBED_PARAM_MISSING` */
export function requireParams(params: readonly CheckedParam[], required: readonly string[]): void {
  const missing = required.find(name => !params.some(param => param.name === name))
  if (missing === undefined) return
  throw new EmbedError('EMBED_PARAM_MISSING', `Parameter ${quoted(missing)} is required and was not given.`)
}

type Named = Pick<CheckedParam, 'name'>

/** @throws EmbedError `EMBED_PARAM_CONFLICT` */
export function refuseConflict(signed: readonly Named[], unsigned: readonly Named[]): void {
  const twice = signed.find(({ name }) => unsigned.some(other => other.name === name))
  if (twice === undefined) return
  const message = `Parameter ${quoted(twice.name)} is signed and unsigned at once: which one counts is up to DataLens.`
  throw new EmbedError('EMBED_PARAM_CONFLICT', message)
}

function wrong(message: string): EmbedError {
  return new EmbedError('EMBED_PARAM_TYPE', message)
}
