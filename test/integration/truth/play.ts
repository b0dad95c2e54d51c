/** Plays a row: brings its state about, looks at it from all sides, does what is said to help, and looks again. */
import { eventually } from '../../time/eventually.ts'
import { wrongToAuthor } from './author.ts'
import { Corner, deadlineMs } from './corner.ts'
import { byType, look, read, type Eyes, type Faces } from './faces.ts'
import { objections, stillWrong, wrongConditions } from './objections.ts'
import { allWell, type Row } from './row.ts'

export interface Played {
  readonly row: Row
  readonly corner: Corner
  /** What went wrong, in words. */
  readonly failures: string[]
  faces?: Faces
}

export interface PlayOptions {
  readonly eyes: Eyes
  /** How many rows at once. */
  readonly atOnce: number
}

export function stage(rows: readonly Row[], eyes: Eyes, prefix: string): readonly Played[] {
  const commons = new Corner(eyes.world, prefix)
  return rows.map((row, at) => ({
    row,
    corner: new Corner(eyes.world, `${prefix}${at}`, row.shares && commons),
    failures: [],
  }))
}

/** Begins with the state, and ends when everything tells it. */
export async function showAll(played: readonly Played[], options: PlayOptions): Promise<void> {
  await each(played, options, show)
}

/** Begins with the remedy, and ends when everything tells that it is well. */
export async function mendAll(played: readonly Played[], options: PlayOptions): Promise<void> {
  await each(played, options, mend)
}

async function show(one: Played, eyes: Eyes): Promise<void> {
  const { row, corner } = one
  await corner.open()
  await row.bring(corner)
  await until(one, eyes, row.shows)
  one.faces = await look(row.kind, corner, eyes)
  await row.server?.(corner)
  const seen = await agreed(one, eyes, faces => objections(faces, row))
  one.failures.push(...(await wrongToAuthor(seen, corner, eyes)))
}

async function mend(one: Played, eyes: Eyes): Promise<void> {
  const { row, corner, faces } = one
  if (faces === undefined) return
  const wanted = row.well ?? allWell[row.kind]
  await row.remedy?.(corner, faces)
  if (row.remedy === undefined) return
  if (wanted === 'gone') return await corner.untilGone(row.kind)
  await until(one, eyes, wanted)
  await agreed(one, eyes, stillWrong)
}

async function until({ row, corner }: Played, eyes: Eyes, wanted: Row['shows']): Promise<void> {
  const seen = new Set<string>()
  await eventually(
    async () => {
      const object = await read(row.kind, corner, eyes)
      const conditions = byType(object)
      const isOld = object.status?.observedGeneration !== object.metadata.generation
      const wrong = wrongConditions(conditions, wanted)
      seen.add(short(conditions))
      if (wrong.length > 0 || isOld)
        throw new Error(`${wrong.join('; ')}; ${said(conditions)}; seen: ${[...seen].join(' | ')}`)
      return true
    },
    { what: 'its conditions', deadlineMs, everyMs: 200 },
  )
}

function short(conditions: Faces['conditions']): string {
  return Object.values(conditions)
    .map(({ type, status, reason }) => `${type} ${status} ${reason}`)
    .join(', ')
}

function said(conditions: Faces['conditions']): string {
  return Object.values(conditions)
    .map(({ type, status, reason, message }) => `${type} ${status} ${reason}: ${message}`)
    .join(' | ')
}

/** Not all is so at once: Events and metrics come over watches of their own, and explain goes by the connection's next look. */
async function agreed(
  { row, corner }: Played,
  eyes: Eyes,
  judge: (faces: Faces) => readonly string[],
): Promise<Faces> {
  return await eventually(
    async () => {
      const faces = await look(row.kind, corner, eyes)
      const wrong = judge(faces)
      if (wrong.length > 0) throw new Error(wrong.join('; '))
      return faces
    },
    { what: 'all that is told', deadlineMs, everyMs: 500 },
  )
}

async function each(
  played: readonly Played[],
  { eyes, atOnce }: PlayOptions,
  act: (one: Played, eyes: Eyes) => Promise<void>,
): Promise<void> {
  const left = [...played]
  const work = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      if (one.failures.length > 0) continue
      await act(one, eyes).catch((error: unknown) => void one?.failures.push(String(error)))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}
