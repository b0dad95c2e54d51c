/** A row of the matrix "who can hurt whom": what somebody does with their own rights, and what nobody else must notice. */
import type { Street } from './street.ts'

export const deadlineMs = 60_000

export interface HarmAct {
  readonly what: string
  readonly do: (street: Street) => Promise<unknown>
  /** Rejects if it is not so in the end. */
  readonly shows: (street: Street) => Promise<void>
}

export interface HarmRow {
  readonly title: string
  readonly acts: readonly HarmAct[]
}

export function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

/** Plays the rows side by side, each act by act. @returns what went wrong, by title */
export async function playAll(
  street: Street,
  rows: readonly HarmRow[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const played = rows.map(async row => [row.title, await play(street, row)] as const)
  return new Map(await Promise.all(played))
}

async function play(street: Street, { acts }: HarmRow): Promise<string | undefined> {
  for (const act of acts) {
    try {
      await act.do(street)
      await act.shows(street)
    } catch (error) {
      return `${act.what}: ${String(error)}`
    }
  }
  return undefined
}
