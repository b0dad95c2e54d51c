/** Which parameters a request has in the end. Source: filterParams of datalens-ui's controllers/embeds.ts. Pure. */
import type { ParamValue } from '../../embed/parameters.ts'
import type { Embed, Values } from './model.ts'
import type { SwitchValues } from './switches.ts'

type Rules = Pick<Embed, 'publicParamsMode' | 'unsignedParams' | 'privateParams'>

/** Whether an address may set the parameter at all. */
export function isOpen(name: string, { publicParamsMode, unsignedParams, privateParams }: Rules): boolean {
  return publicParamsMode ? unsignedParams.includes(name) : !privateParams.includes(name)
}

export interface Merged {
  readonly values: Values
  /** Names that the address gave and the embed does not let it. */
  readonly dropped: readonly string[]
  /** Names that the address gave and the token has, too. */
  readonly overruled: readonly string[]
}

export interface Offered {
  readonly signed: Values
  readonly unsigned: Values
}

/** What is signed wins; before July 2025 the address did. */
export function mergeParameters(
  { signed, unsigned }: Offered,
  rules: Rules,
  { legacyPrecedence }: Pick<SwitchValues, 'legacyPrecedence'>,
): Merged {
  const kept = [...unsigned].filter(([name]) => isOpen(name, rules))
  const dropped = [...unsigned.keys()].filter(name => !isOpen(name, rules))
  const values = new Map(legacyPrecedence ? [...signed, ...kept] : [...kept, ...signed])
  const overruled = kept.map(([name]) => name).filter(name => signed.has(name))
  return { values, dropped, overruled }
}

/**
 * Values as they stand in a token or a body: texts, numbers, or lists of them. Undefined for anything else: whoever
 * drops what he does not understand drops a filter.
 */
export function readValues(given: unknown): Values | undefined {
  if (given === undefined || given === null) return new Map()
  if (typeof given !== 'object' || Array.isArray(given)) return undefined
  const values = new Map<string, ParamValue>()
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (isPlain(value)) values.set(name, value)
    else if (Array.isArray(value) && value.every(isPlain)) values.set(name, value)
    else return undefined
  }
  return values
}

function isPlain(item: unknown): item is string | number {
  return (
    (typeof item === 'string' && item.isWellFormed()) || (typeof item === 'number' && Number.isFinite(item))
  )
}

/** The texts that a filter compares with. An empty text and an empty list filter nothing. */
export function textsOf(value: ParamValue | undefined): readonly string[] {
  if (value === undefined) return []
  const items = typeof value === 'object' ? value : [value]
  return items.map(String).filter(text => text !== '')
}
