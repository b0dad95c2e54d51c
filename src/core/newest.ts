/**
 * Puts the entry last and drops the first ones beyond `most`. A map that is filled so has the oldest first, and never
 * more than `most`.
 */
export function putNewest<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key)
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= most) break
    map.delete(oldest)
  }
}
