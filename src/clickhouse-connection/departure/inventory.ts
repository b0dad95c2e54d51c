/** Lists whose databases there are, and which of them nobody declares any more. Pure. */
import type { EndpointSnapshot, EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import { noUuid } from '../../tenancy/claim/endpoint.ts'
import { isOurs, type Mark, markIn } from '../../tenancy/mark.ts'
import { departedKey, type DepartedTenant } from './departed.ts'

/** Names of databases by the URL of an endpoint. */
export type DatabasesByEndpoint = ReadonlyMap<string, ReadonlySet<string>>

export interface InventoryInput {
  readonly endpoints: readonly EndpointView[]
  readonly installation: string
  readonly inheritFrom: readonly string[]
  /** Whether the operator makes and takes the reader's grants here. */
  readonly managesGrants: boolean
  /** The database that this tenant names now; undefined when there is no such tenant. */
  readonly databaseOf: (tenant: { readonly namespace: string; readonly name: string }) => string | undefined
  /** The uuid of the database that this tenant has, by its status; undefined when it has none. */
  readonly uuidOf: (tenant: { readonly namespace: string; readonly name: string }) => string | undefined
  /** Whether tenants of a namespace can be seen from here. If not, none of them ever counts as departed. */
  readonly watches: (namespace: string) => boolean
  readonly unrevokable: DatabasesByEndpoint
}

export interface RetiredDatabase {
  readonly url: string
  readonly database: string
  readonly comment: string
  readonly mark: Mark
}

export interface Inventory {
  /** Distinct names of databases with a mark of ours. */
  readonly databases: number
  /** By endpoint. */
  readonly counts: ReadonlyMap<string, { readonly databases: number; readonly grants: number }>
  /** Distinct names of databases that the reader was granted. */
  readonly granted: number
  readonly orphanDatabases: number
  readonly orphanGrants: number
  /** Tenants that are gone, by our caches, and for which something is left to do on an endpoint that answers. */
  readonly departed: readonly DepartedTenant[]
  /** Retired databases whose owner is gone. */
  readonly retired: readonly RetiredDatabase[]
}

export function takeInventory(input: InventoryInput): Inventory {
  const count = new Counting(input)
  for (const view of input.endpoints) if (view.ok) count.add(view.data)
  return count.result()
}

class Counting {
  readonly #input: InventoryInput
  readonly #marks = new Map<string, Mark>()
  readonly #counts = new Map<string, { readonly databases: number; readonly grants: number }>()
  readonly #databases = new Set<string>()
  readonly #granted = new Set<string>()
  readonly #explained = new Set<string>()
  readonly #orphans = new Set<string>()
  readonly #departed = new Map<string, DepartedTenant>()
  readonly #retired: RetiredDatabase[] = []

  constructor(input: InventoryInput) {
    this.#input = input
  }

  add(data: EndpointSnapshot): void {
    let ours = 0
    for (const [database, { comment, uuid }] of data.databases) {
      const mark = this.#read(comment)
      if (mark === undefined) continue
      if (!isOurs(mark, this.#input)) {
        this.#explained.add(database)
        continue
      }
      ours += 1
      this.#databases.add(database)
      if (this.#hasDeparted(mark, { database, uuid }))
        this.#addDeparted({ url: data.url, database, comment, mark }, data)
      else this.#explained.add(database)
    }
    for (const database of data.reader.granted) this.#granted.add(database)
    this.#counts.set(data.url, { databases: ours, grants: data.reader.granted.size })
  }

  result(): Inventory {
    const orphanGrants = [...this.#granted].filter(database => !this.#explained.has(database)).length
    return {
      databases: this.#databases.size,
      counts: this.#counts,
      granted: this.#granted.size,
      orphanDatabases: this.#orphans.size,
      orphanGrants,
      departed: [...this.#departed.values()],
      retired: this.#retired,
    }
  }

  #addDeparted(found: RetiredDatabase, data: EndpointSnapshot): void {
    const { database, mark, url } = found
    this.#orphans.add(database)
    if (mark.state === 'retired') this.#retired.push(found)
    const { managesGrants, unrevokable } = this.#input
    const readable =
      managesGrants && data.reader.touches(database) && unrevokable.get(url)?.has(database) !== true
    const toRetire = mark.state === 'owned' && mark.onDelete === 'Drop'
    if (!readable && !toRetire) return
    const { namespace, name } = mark
    this.#departed.set(departedKey({ namespace, name, database }), { namespace, name, database })
  }

  #hasDeparted(
    mark: Mark,
    { database, uuid }: { readonly database: string; readonly uuid: string },
  ): boolean {
    const { watches, databaseOf, uuidOf } = this.#input
    if (!watches(mark.namespace) || databaseOf(mark) === database) return false
    // A person renamed the database. Its tenant exists and looks for it, so nobody departed.
    return uuid === noUuid || uuidOf(mark) !== uuid
  }

  /** Replicas have the same comments, so each is read once. */
  #read(comment: string): Mark | undefined {
    const mark = this.#marks.get(comment) ?? markIn(comment)
    if (mark !== undefined) this.#marks.set(comment, mark)
    return mark
  }
}
