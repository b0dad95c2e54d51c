/**
 * The brake on what many lose at once, a namespace at a time: whoever deletes everything of their own holds up nobody
 * else, and what takes from everybody, such as a reverted commit, is held as one.
 */

/** What happens within this time happens at once, in milliseconds. */
export const brakeWindowMs = 10 * 60_000
const share = 0.05

/** How many may go at once. */
export function mostAtOnce({ limit, marks }: { readonly limit: number; readonly marks: number }): number {
  return Math.max(limit, Math.floor(marks * share))
}

/** How many, by namespace. */
export type Counts = ReadonlyMap<string, number>

export function countByNamespace(all: Iterable<{ readonly namespace: string }>): Counts {
  const counts = new Map<string, number>()
  for (const { namespace } of all) counts.set(namespace, (counts.get(namespace) ?? 0) + 1)
  return counts
}

export interface Brake<T> {
  /** Of others, that lost it within `brakeWindowMs`. */
  readonly recent: Counts
  readonly allowed: number
  /** When one leaves, in milliseconds of whatever clock. */
  readonly at: (each: T) => number
  /** Whether it leaves only later, within `brakeWindowMs`. By itself that holds nobody. Default: never. */
  readonly isSoon?: (each: T) => boolean
}

/**
 * Which of those that wait need a person's word, and which of them one word is for. More than `allowed` of one
 * namespace are held by themselves. More than `allowed` that leave within one burst are held as one, leaving aside the
 * namespace that loses most: so no single one holds up the others. Those that are held for long already are no part of
 * a later burst.
 */
export function holdBack<T extends { readonly namespace: string }>(
  waiting: readonly T[],
  brake: Brake<T>,
): readonly (readonly T[])[] {
  const { allowed } = brake
  const bursts = burstsOf(waiting, brake.at).filter(burst => isHeldAsOne(loadsOf(burst, brake), allowed))
  const asOne = new Set(bursts.flat())
  const loads = loadsOf(waiting, brake)
  const alone = [...Map.groupBy(waiting, ({ namespace }) => namespace)]
    .filter(([namespace]) => isHeldAlone(loads.get(namespace), allowed))
    .map(([, members]) => members.filter(each => !asOne.has(each)))
  return [...bursts, ...alone.filter(members => members.length > 0)]
}

/** What one namespace loses. */
interface Load {
  readonly due: number
  /** The more of what went of late and what comes soon, as no window of ten minutes has both. */
  readonly beside: number
}

function loadsOf<T extends { readonly namespace: string }>(
  waiting: readonly T[],
  { recent, isSoon = () => false }: Brake<T>,
): ReadonlyMap<string, Load> {
  const due = countByNamespace(waiting.filter(each => !isSoon(each)))
  const soon = countByNamespace(waiting.filter(isSoon))
  const names = new Set([...due.keys(), ...soon.keys(), ...recent.keys()])
  const load = (name: string): Load => ({
    due: due.get(name) ?? 0,
    beside: Math.max(recent.get(name) ?? 0, soon.get(name) ?? 0),
  })
  return new Map([...names].map(name => [name, load(name)]))
}

function isHeldAlone(load: Load | undefined, allowed: number): boolean {
  return load !== undefined && load.due > 0 && load.due + load.beside > allowed
}

function isHeldAsOne(loads: ReadonlyMap<string, Load>, allowed: number): boolean {
  const all = [...loads.values()]
  if (all.every(({ due }) => due === 0)) return false
  const sizes = all.map(({ due, beside }) => due + beside)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  return total - Math.max(...sizes) > allowed
}

/** Parts them where nobody leaves for the length of the window. */
function burstsOf<T>(all: readonly T[], at: (each: T) => number): readonly (readonly T[])[] {
  const bursts: T[][] = []
  let last = Number.NEGATIVE_INFINITY
  for (const each of all.toSorted((a, b) => at(a) - at(b))) {
    const burst = at(each) - last < brakeWindowMs ? bursts.at(-1) : undefined
    if (burst === undefined) bursts.push([each])
    else burst.push(each)
    last = at(each)
  }
  return bursts
}
