import type { BoundConnection } from '../connector/bound-connection.ts'
import { copyContent } from '../content/copy.ts'
import type { Chart, ConnectionSlot, Content, Dashboard, Dataset, Text } from '../content/model.ts'
import { newId } from './ids.ts'

/** One connection with all that rests on it. That of the file is `main`; every further token opens another. */
export interface Workbook {
  readonly id: string
  readonly content: Content
}

interface Place {
  readonly id: string
  readonly name: Text
  readonly workbook: Workbook
  /** The id in the content file. */
  readonly source: string
}

export type Entry =
  | (Place & { readonly scope: 'chart'; readonly chart: Chart })
  | (Place & { readonly scope: 'dash'; readonly dashboard: Dashboard })
  | (Place & { readonly scope: 'dataset'; readonly dataset: Dataset })
  | (Place & { readonly scope: 'connection'; readonly slot: ConnectionSlot })

export interface Attached {
  readonly id: string
  readonly entries: readonly Entry[]
}

const mostWorkbooks = 500

/** The entries of all workbooks, and what their connections are bound to. */
export class Catalog {
  readonly #file: Content
  readonly #entries = new Map<string, Entry>()
  readonly #bound = new Map<string, BoundConnection>()
  #workbooks = 1

  constructor(content: Content) {
    this.#file = content
    this.#add({ id: 'main', content }, id => id)
  }

  /** Newest last. */
  entries(): readonly Entry[] {
    return [...this.#entries.values()]
  }

  /** @param id of anybody's making */
  entry(id: string): Entry | undefined {
    return this.#entries.get(id)
  }

  /** Undefined while nobody pasted a token for it. */
  connection(id: string): BoundConnection | undefined {
    return this.#bound.get(id)
  }

  /** For a connection that the file binds itself. */
  bind(id: string, connection: BoundConnection): void {
    this.#bound.set(id, connection)
  }

  get isFull(): boolean {
    return this.#workbooks >= mostWorkbooks
  }

  /** A connection without database takes the first token; every other gets a workbook with copies of all. */
  attach(connection: BoundConnection, name: string): Attached {
    const open = this.#file.connections.find(({ id }) => !this.#bound.has(id))
    if (open !== undefined) {
      this.#bound.set(open.id, connection)
      return { id: open.id, entries: this.#onto(open.id) }
    }
    const slot =
      this.#file.connections.find(({ database }) => database === undefined) ?? this.#file.connections[0]
    const ids = new Map<string, string>()
    const idFor = (id: string): string => {
      const known = ids.get(id) ?? newId()
      ids.set(id, known)
      return known
    }
    const content = copyContent(this.#file, { slot: slot?.id ?? '', name: { en: name, ru: name }, idFor })
    const sources = new Map([...ids].map(([source, id]) => [id, source]))
    const id = idFor(slot?.id ?? '')
    this.#workbooks += 1
    this.#bound.set(id, connection)
    return { id, entries: this.#add({ id: newId(), content }, own => sources.get(own) ?? own) }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#bound.values()].map(connection => connection.close()))
  }

  #add(workbook: Workbook, sourceOf: (id: string) => string): readonly Entry[] {
    const { connections, datasets, charts, dashboards } = workbook.content
    const place = ({ id, name }: { readonly id: string; readonly name: Text }): Place => ({
      id,
      name,
      workbook,
      source: sourceOf(id),
    })
    const entries: readonly Entry[] = [
      ...connections.map(slot => ({ ...place(slot), scope: 'connection' as const, slot })),
      ...datasets.map(dataset => ({ ...place(dataset), scope: 'dataset' as const, dataset })),
      ...charts.map(chart => ({ ...place(chart), scope: 'chart' as const, chart })),
      ...dashboards.map(dashboard => ({ ...place(dashboard), scope: 'dash' as const, dashboard })),
    ]
    for (const entry of entries) this.#entries.set(entry.id, entry)
    return entries
  }

  /** What of the file rests on a connection. */
  #onto(connectionId: string): readonly Entry[] {
    const ids = new Set<string>()
    copyContent(this.#file, { slot: connectionId, name: { en: '', ru: '' }, idFor: id => (ids.add(id), id) })
    return this.entries().filter(({ id }) => ids.has(id))
  }
}
