/** Lists whose databases there are, and which of them nobody declares any more. Pure. */
import type { EndpointSnapshot, EndpointView } from '../../../clickhouse/catalog/snapshot.ts'
import { noUuid } from '../../../tenancy/claim/endpoint.ts'
import { isOurs, type Mark, markIn } from '../../../tenancy/mark.ts'
import type { Whose } from '../../../tenancy/departure/whose.ts'
import { departedKey, type LeftBehind } from './departed.ts'

export interface InventoryInput {
  readonly endpoints: readonly EndpointView[]
  readonly installation: string
  readonly inheritFrom: readonly string[]
  /** `namespace/name` */
  readonly connection: string
  /** Whether a departure is this connection's business. Asked only for tenants that are gone. */
  readonly whose: (found: RetiredDatabase & { readonly uuid: string }) => Whose
  /** Whether the operator makes and takes the reader's grants here. */
  readonly managesGrants: boolean
  /** The database that this tenant names now; undefined when there is no such tenant. */
  readonly databaseOf: (tenant: { readonly namespace: string; readonly name: string }) => string | undefined
  /** The uuid of the database that this tenant has, by its status; undefined when it has none. */
  readonly uuidOf: (tenant: { readonly namespace: string; readonly name: string }) => string | undefined
  /** Whether tenants of a namespace can be seen from here. If not, none of them ever counts as departed. */
  readonly watches: (namespace: string) => boolean
  /** Whether this tenant exists and its access is withheld. */
  readonly withholds: (tenant: { readonly namespace: string; readonly name: string }) => boolean
}

export interface RetiredDatabase {
  readonly url: string
  readonly database: string
  readonly comment: string
  readonly mark: Mark
}

/** The comment holds the time of retirement. So a database that comes back and retires again is another one. */
export function retiredKey({ url, database, comment }: Omit<RetiredDatabase, 'mark'>): string {
  return `${url} ${database} ${comment}`
}

/** The endpoint in a `retiredKey`. */
export function urlOf(key: string): string {
  return key.slice(0, key.indexOf(' '))
}

export interface Inventory {
  /** Distinct names of databases with a mark of ours. */
  readonly databases: number
  /** Those of them whose mark names no other connection. */
  readonly own: number
  /** Those of them whose mark names this connection. */
  readonly named: number
  /** By endpoint. */
  readonly counts: ReadonlyMap<string, { readonly databases: number; readonly grants: number }>
  /** Distinct names of databases that the reader was granted. */
  readonly granted: number
  readonly orphanDatabases: number
  readonly orphanGrants: number
  /** Tenants that are gone, by our caches, and for which something is left to do on an endpoint that answers. */
  readonly departed: readonly LeftBehind[]
  /** Retired databases whose owner is gone. */
  readonly retired: readonly RetiredDatabase[]
  /** Databases of tenants that are gone, where it cannot be told which connection has to act. */
  readonly unclear: readonly RetiredDatabase[]
  /** Databases that nothing but roles opens to the reader, though their tenant is gone or its access withheld. */
  readonly remaining: readonly RemainingAccess[]
}

export interface RemainingAccess {
  readonly url: string
  readonly database: string
  /** Those to take from the reader. */
  readonly roles: readonly string[]
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
  readonly #departed = new Map<string, LeftBehind>()
  /** Endpoints by `departedKey`. */
  readonly #leftOn = new Map<string, Set<string>>()
  readonly #retired: RetiredDatabase[] = []
  readonly #unclear: RetiredDatabase[] = []
  readonly #remaining: RemainingAccess[] = []
  readonly #own = new Set<string>()
  readonly #named = new Set<string>()

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
      const { connection } = this.#input
      const isOwn = (mark.connection ?? connection) === connection
      if (isOwn) this.#own.add(database)
      if (mark.connection === connection) this.#named.add(database)
      if (this.#hasDeparted(mark, { database, uuid }))
        this.#addLeft({ url: data.url, database, comment, mark, uuid }, data)
      else {
        this.#explained.add(database)
        if (isOwn && this.#input.withholds(mark)) this.#addRemaining(database, data)
      }
    }
    for (const database of data.reader.granted) this.#granted.add(database)
    this.#counts.set(data.url, { databases: ours, grants: data.reader.granted.size })
  }

  result(): Inventory {
    const orphanGrants = [...this.#granted].filter(database => !this.#explained.has(database)).length
    return {
      databases: this.#databases.size,
      own: this.#own.size,
      named: this.#named.size,
      counts: this.#counts,
      granted: this.#granted.size,
      orphanDatabases: this.#orphans.size,
      orphanGrants,
      departed: [...this.#departed.values()],
      retired: this.#retired,
      unclear: this.#unclear,
      remaining: this.#remaining,
    }
  }

  #addLeft(found: RetiredDatabase & { readonly uuid: string }, data: EndpointSnapshot): void {
    const whose = this.#input.whose(found)
    if (whose === 'theirs') {
      this.#explained.add(found.database)
      return
    }
    this.#orphans.add(found.database)
    this.#addRemaining(found.database, data)
    if (whose === 'ours') this.#addDeparted(found, data)
    else if (found.mark.state === 'retired' || this.#isLeftToDo(found, data)) this.#unclear.push(found)
  }

  /** What a REVOKE takes besides is under way, held, or waits for its grace, and is told as that. */
  #addRemaining(database: string, { url, reader }: EndpointSnapshot): void {
    if (!this.#input.managesGrants || reader.touchesItself(database)) return
    const roles = reader.rolesThatOpen(database)
    if (roles.length > 0) this.#remaining.push({ url, database, roles })
  }

  #addDeparted(found: RetiredDatabase, data: EndpointSnapshot): void {
    const { database, mark, url } = found
    if (mark.state === 'retired') this.#retired.push(found)
    const { namespace, name } = mark
    const key = departedKey({ namespace, name, database })
    const on = this.#leftOn.get(key) ?? new Set()
    this.#leftOn.set(key, on.add(url))
    if (this.#isLeftToDo(found, data)) this.#departed.set(key, { namespace, name, database, on })
  }

  #isLeftToDo({ database, mark }: RetiredDatabase, data: EndpointSnapshot): boolean {
    const readable = this.#input.managesGrants && data.reader.touchesItself(database)
    return readable || (mark.state === 'owned' && mark.onDelete === 'Drop')
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
