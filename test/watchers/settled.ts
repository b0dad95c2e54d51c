import { eventually } from '../time/eventually.ts'

export interface SettledOptions {
  /** How long nothing may change, in milliseconds: longer than anything is put off. Default 6,000. */
  readonly forMs?: number
  /** Milliseconds until giving up. Default 90,000. */
  readonly deadlineMs?: number
}

/** Looks until what is seen has stayed the same for a while, and gives that. */
export async function settled<T>(
  look: () => T | Promise<T>,
  { forMs = 6_000, deadlineMs = 90_000 }: SettledOptions = {},
): Promise<T> {
  let last: string | undefined
  let since = performance.now()
  const { value } = await eventually(
    async () => {
      const value = await look()
      const text = JSON.stringify(value)
      if (text !== last) since = performance.now()
      last = text
      return performance.now() - since >= forMs ? { value } : undefined
    },
    { what: 'nothing changes any more', deadlineMs },
  )
  return value
}
