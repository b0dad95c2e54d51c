/** Behaviour that can be turned: faults to try, and what nobody outside knows of DataLens. One table. Pure. */

export interface SwitchValues {
  readonly skew: number
  readonly failNext: number
  readonly delay: number
  readonly legacyPrecedence: boolean
  readonly revokeKeyVersion: readonly string[]
  readonly refusalStatus: number
  readonly oversizeStatus: number
  readonly largestToken: number
  readonly longestLifetime: number
  readonly unknownVersionStatus: number
  readonly exportNeedsSetting: boolean
}

export type SwitchName = keyof SwitchValues

/** `fault`: something to try. `history`: how DataLens once was. `assumed`: nobody outside knows it. */
export type SwitchKind = 'fault' | 'history' | 'assumed' | 'documented'

export interface SwitchFacts<Value> {
  readonly kind: SwitchKind
  readonly default: Value
  readonly says: string
  /** Where it is known from, or why it is assumed. */
  readonly source: string
  /** Undefined: the text is no value of it. */
  readonly parse: (text: string) => Value | undefined
  /** What it takes, in words. */
  readonly takes: string
}

const number = (least: number, most: number) => ({
  parse: (text: string): number | undefined => {
    const value = Number(text)
    return /^-?\d{1,9}$/.test(text) && value >= least && value <= most ? value : undefined
  },
  takes: `a whole number from ${least} to ${most}`,
})

const flag = {
  parse: (text: string): boolean | undefined =>
    text === 'true' ? true : text === 'false' ? false : undefined,
  takes: 'true or false',
}

const versions = {
  parse: (text: string): readonly string[] | undefined => {
    const items = text.split(',').filter(item => item !== '')
    return items.every(item => /^(partner|datalens):\d{1,9}$/.test(item)) ? items : undefined
  },
  takes: 'a list such as partner:1,datalens:2, or nothing',
}

const status = number(400, 599)
const trying = 'a fault, for trying'
const documentation = 'documentation of DataLens’s embedding'

export const switches: { readonly [Name in SwitchName]: SwitchFacts<SwitchValues[Name]> } = {
  skew: {
    kind: 'fault',
    default: 0,
    says: 'seconds by which DataLens’s time is ahead; below 0, behind',
    source: trying,
    ...number(-86_400, 86_400),
  },
  failNext: {
    kind: 'fault',
    default: 0,
    says: 'how many of the next requests of embedded pages are answered with 500',
    source: trying,
    ...number(0, 10_000),
  },
  delay: {
    kind: 'fault',
    default: 0,
    says: 'milliseconds that each answer to an embedded page takes longer',
    source: trying,
    ...number(0, 60_000),
  },
  legacyPrecedence: {
    kind: 'history',
    default: false,
    says: 'the unsigned value of a parameter wins over the signed one, as until July 2025',
    source: documentation,
    ...flag,
  },
  revokeKeyVersion: {
    kind: 'fault',
    default: [],
    says: 'key versions of the connector that DataLens no longer knows',
    source: trying,
    ...versions,
  },
  refusalStatus: {
    kind: 'assumed',
    default: 403,
    says: 'the status for a token with a bad signature, service mark, time or lifetime',
    source: 'assumed: the verifying service is not public',
    ...status,
  },
  oversizeStatus: {
    kind: 'assumed',
    default: 400,
    says: 'the status for a token that is too large',
    source: 'assumed: only the limit is documented',
    ...status,
  },
  largestToken: {
    kind: 'documented',
    default: 30_720,
    says: 'bytes that a token may have',
    source: documentation,
    ...number(256, 30_720),
  },
  longestLifetime: {
    kind: 'documented',
    default: 36_000,
    says: 'seconds that a token may live',
    source: documentation,
    ...number(1, 36_000),
  },
  unknownVersionStatus: {
    kind: 'assumed',
    default: 500,
    says: 'the status for an access token with a key version that DataLens does not know',
    source: 'assumed: the answer is not documented',
    ...status,
  },
  exportNeedsSetting: {
    kind: 'assumed',
    default: true,
    says: 'rows are exported only for an embed with settings.enableExport',
    source: 'assumed: datalens-ui hides the button',
    ...flag,
  },
}

export const switchNames = Object.keys(switches) as readonly SwitchName[]

/** @param name of anybody's making */
export function isSwitchName(name: string): name is SwitchName {
  return Object.hasOwn(switches, name)
}

export const defaultSwitches: SwitchValues = {
  skew: switches.skew.default,
  failNext: switches.failNext.default,
  delay: switches.delay.default,
  legacyPrecedence: switches.legacyPrecedence.default,
  revokeKeyVersion: switches.revokeKeyVersion.default,
  refusalStatus: switches.refusalStatus.default,
  oversizeStatus: switches.oversizeStatus.default,
  largestToken: switches.largestToken.default,
  longestLifetime: switches.longestLifetime.default,
  unknownVersionStatus: switches.unknownVersionStatus.default,
  exportNeedsSetting: switches.exportNeedsSetting.default,
}

/** The values with one turned, or what is wrong with it. */
export function turn(values: SwitchValues, name: string, text: string): SwitchValues | string {
  if (!isSwitchName(name))
    return `there is no switch ${JSON.stringify(name.slice(0, 40))}; there are ${switchNames.join(', ')}`
  const { parse, takes } = switches[name]
  const value = parse(text)
  return value === undefined ? `${name} takes ${takes}` : { ...values, [name]: value }
}
