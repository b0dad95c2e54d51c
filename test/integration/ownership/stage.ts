/** Plays all rows of the matrix side by side, act by act. */
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import { eventually } from '../../time/eventually.ts'
import type { World } from '../../cluster/world.ts'
import { glance, objections, Scene, type Assignment, type Row } from './scene.ts'

const forever = new AbortController().signal

/** One list of assignments for all rows, as it is one object of the cluster. */
export class Assignments {
  readonly #world: World
  readonly #lists = new Map<string, Assignment[]>()
  #writing: Promise<unknown> = Promise.resolve()

  constructor(world: World) {
    this.#world = world
  }

  /** Replaces what was said of this database before. */
  async add(assignment: Assignment, partnerKey: string): Promise<void> {
    const others = (this.#lists.get(partnerKey) ?? []).filter(each => each.database !== assignment.database)
    const list = [...others, assignment]
    this.#lists.set(partnerKey, list)
    this.#writing = this.#writing.then(() => this.#write(partnerKey))
    await this.#writing
  }

  async #write(partnerKey: string): Promise<PartnerKey> {
    const assignments = this.#lists.get(partnerKey)
    return await this.#world.partnerKeys.mergePatch(
      `datalens/${partnerKey}`,
      { spec: { tenants: { assignments } } },
      forever,
    )
  }
}

export interface Staged {
  readonly row: Row
  readonly scene: Scene
  /** What went wrong, with the act in which it did. */
  readonly failures: string[]
}

export interface StageOptions {
  /** Begins every name, so that the rows can be played twice on one world. */
  readonly prefix: string
  readonly deadlineMs: number
  /** Ends and starts the operators. */
  readonly restart: () => Promise<void>
  /** In the middle: ends the operators while they work on what was just done. Otherwise after it has settled. */
  readonly interrupt: boolean
}

export async function playAll(
  world: World,
  rows: readonly Row[],
  { prefix, deadlineMs, restart, interrupt }: StageOptions,
): Promise<readonly Staged[]> {
  const assignments = new Assignments(world)
  const staged = rows.map((row, index): Staged => {
    const id = `${prefix}${String(index + 1).padStart(2, '0')}`
    const assign = (assignment: Assignment, key: string): Promise<void> => assignments.add(assignment, key)
    return { row, scene: new Scene(world, { id, assign }), failures: [] }
  })
  const longest = Math.max(...rows.map(({ acts }) => acts.length))
  for (let index = 0; index < longest; index++) {
    const playing = staged.filter(each => each.row.acts[index] !== undefined && each.failures.length === 0)
    await Promise.all(playing.map(each => perform(each, index)))
    if (interrupt) await restart()
    await settle(world, playing, index, deadlineMs)
    if (!interrupt) {
      await restart()
      await settle(world, playing, index, deadlineMs)
    }
    await Promise.all(playing.map(each => lookCloser(each, index)))
  }
  return staged
}

async function perform({ row, scene, failures }: Staged, index: number): Promise<void> {
  try {
    await row.acts[index]?.do(scene)
  } catch (error) {
    failures.push(`${row.acts[index]?.what}: ${String(error)}`)
  }
}

async function lookCloser({ row, scene, failures }: Staged, index: number): Promise<void> {
  try {
    await row.acts[index]?.shows.more?.(scene)
  } catch (error) {
    failures.push(`${row.acts[index]?.what}: ${String(error)}`)
  }
}

/** Waits until every row is as its act says, or notes what is not at the deadline. */
async function settle(
  world: World,
  playing: readonly Staged[],
  index: number,
  deadlineMs: number,
): Promise<void> {
  let open: { readonly staged: Staged; readonly wrong: readonly string[] }[] = []
  const look = async (): Promise<boolean> => {
    const seen = await glance(world)
    open = playing.flatMap(staged => {
      const act = staged.row.acts[index]
      const wrong = act === undefined ? [] : objections(staged.scene, act.shows, seen)
      return wrong.length === 0 ? [] : [{ staged, wrong }]
    })
    return open.length === 0
  }
  await eventually(look, { deadlineMs, everyMs: 300 }).catch(() => undefined)
  for (const { staged, wrong } of open) {
    staged.failures.push(`${staged.row.acts[index]?.what}: ${wrong.join('; ')}`)
  }
}
