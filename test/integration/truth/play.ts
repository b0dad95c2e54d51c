/** Plays a row: brings its state about, looks at it from all sides, does what is said to help, and looks again. */
import { eventually } from '../../time/eventually.ts'
import { wrongToAuthor } from './author.ts'
import { Corner, deadlineMs } from './corner/corner.ts'
import { byType, look, type Eyes, type Faces } from './faces.ts'
import { judgeOf, judgeOfWell, wrongConditions, type Judge } from './objections.ts'
import { allWell, nameOf, type Row } from './row.ts'

export interface Played {
  readonly row: Row
  readonly corner: Corner
  /** What went wrong, in words. */
  readonly failures: string[]
  faces?: Faces
}

export interface PlayOptions {
  readonly eyes: Eyes
  /** How many turns at once. */
  readonly atOnce: number
}

/** Rows that are played one after another, in one corner. */
export type Turn = readonly Played[]

/** So many corners do for the rows that begin and end with a tenant that is served. */
const standing = 4

export function stage(rows: readonly Row[], eyes: Eyes, prefix: string): readonly Turn[] {
  const commons = new Corner(eyes.world, prefix)
  const stands = rows.filter(row => row.stands)
  const inTurns = Array.from({ length: Math.min(standing, stands.length) }, (_, at) => {
    const corner = new Corner(eyes.world, `${prefix}s${at}`)
    return stands.filter((__, index) => index % standing === at).map(row => begin(row, corner))
  })
  const alone = rows.filter(row => !row.stands)
  const others = alone.map((row, at) => [
    begin(row, new Corner(eyes.world, `${prefix}${at}`, row.shares && commons)),
  ])
  return [...inTurns, ...others]
}

function begin(row: Row, corner: Corner): Played {
  return { row, corner, failures: [] }
}

/** Each begins with the state, and ends when all is well and everything tells it. */
export async function playAll(turns: readonly Turn[], { eyes, atOnce }: PlayOptions): Promise<void> {
  const left = [...turns]
  const work = async (): Promise<void> => {
    for (let turn = left.shift(); turn !== undefined; turn = left.shift()) await play(turn, eyes)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

async function play(turn: Turn, eyes: Eyes): Promise<void> {
  let before: Played | undefined
  for (const one of turn) {
    if (before !== undefined && before.failures.length > 0) {
      one.failures.push(`${nameOf(before.row)} did not leave all well`)
    } else {
      const played = show(one, eyes).then(() => mend(one, eyes))
      await played.catch((error: unknown) => void one.failures.push(String(error)))
    }
    before = one
  }
  await before?.corner.leave().catch((error: unknown) => void before.failures.push(String(error)))
}

async function show(one: Played, eyes: Eyes): Promise<void> {
  const { row, corner } = one
  await corner.open()
  await row.bring(corner)
  await until(one, eyes, row.shows)
  await row.server?.(corner)
  one.faces = await agreed(one, eyes, judgeOf(row))
  one.failures.push(...(await wrongToAuthor(one.faces, corner, eyes)))
}

async function mend(one: Played, eyes: Eyes): Promise<void> {
  const { row, corner, faces } = one
  if (faces === undefined || row.remedy === undefined) return
  const wanted = row.well ?? allWell[row.kind]
  await row.remedy(corner, faces)
  if (wanted === 'gone') return await corner.untilGone(row.kind)
  await until(one, eyes, wanted)
  await agreed(one, eyes, judgeOfWell)
}

/** By what is watched anyway: to ask for each of so many rows again and again slows all of them down. */
async function until({ row, corner }: Played, { versions }: Eyes, wanted: Row['shows']): Promise<void> {
  const seen = new Set<string>()
  await eventually(
    () => {
      const object = versions.latest(row.kind, corner.subjectKey(row.kind))
      if (object === undefined) throw new Error('it is not there')
      const conditions = byType(object)
      const isOld = object.status?.observedGeneration !== object.metadata.generation
      const wrong = wrongConditions(conditions, wanted)
      seen.add(short(conditions))
      if (wrong.length > 0 || isOld)
        throw new Error(`${wrong.join('; ')}; ${said(conditions)}; seen: ${[...seen].join(' | ')}`)
      return true
    },
    { what: 'its conditions', deadlineMs, everyMs: 50 },
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
async function agreed({ row, corner }: Played, eyes: Eyes, judge: Judge): Promise<Faces> {
  return await eventually(
    async () => {
      const faces = await look({ kind: row.kind, corner }, eyes, shown => refuse(judge.ofShown(shown)))
      refuse(judge.ofCommands(faces))
      return faces
    },
    { what: 'all that is told', deadlineMs, everyMs: 500 },
  )
}

function refuse(wrong: readonly string[]): void {
  if (wrong.length > 0) throw new Error(wrong.join('; '))
}
