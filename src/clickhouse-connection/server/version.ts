/** The oldest ClickHouse that is supported, as `major.minor`. */
export const oldestSupported = '25.8'

/** Whether a version such as `26.7.2.1` is at least the oldest supported; one that cannot be read is not. */
export function isSupported(version: string): boolean {
  return compareReleases(version, oldestSupported) >= 0
}

/** Compares year and release alone. Negative when `a` is older. */
export function compareReleases(a: string, b: string): number {
  const [majorA, minorA] = release(a)
  const [majorB, minorB] = release(b)
  return majorA - majorB || minorA - minorB
}

function release(version: string): readonly [number, number] {
  const found = /^(\d+)\.(\d+)/.exec(version)
  return found === null ? [0, 0] : [Number(found[1]), Number(found[2])]
}
