const units: readonly (readonly [name: string, ms: number])[] = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
]

/** As this API writes durations: `1h30m`, `45s`. Rounded up, so that what is still to come never reads as 0s. */
export function formatDuration(ms: number): string {
  let rest = Math.ceil(Math.max(0, ms) / 1000) * 1000
  const parts = units.map(([name, length]) => {
    const count = Math.floor(rest / length)
    rest -= count * length
    return count === 0 ? '' : `${count}${name}`
  })
  return parts.join('') || '0s'
}
