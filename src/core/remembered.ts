/**
 * Reads each part of an object once. For objects that never change, such as those in caches; what was read of one goes
 * with it.
 */
export function rememberedOf<O extends object, T>(
  read: (object: O, part: string) => T,
): (object: O, part: string) => T {
  const known = new WeakMap<O, Map<string, T>>()
  return (object, part) => {
    const parts = known.get(object) ?? new Map<string, T>()
    known.set(object, parts)
    const value = parts.get(part) ?? read(object, part)
    parts.set(part, value)
    return value
  }
}
