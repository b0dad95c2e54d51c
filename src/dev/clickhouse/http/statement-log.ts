import type { StatementRecord } from './front.ts'

export interface LoggedStatement extends StatementRecord {
  readonly replica: number
}

export interface Counts {
  readonly total: number
  /** Statements that read: SELECT, SHOW, DESCRIBE, EXISTS, EXPLAIN and the like. */
  readonly queries: number
  /** Statements that make, change or remove databases and tables. */
  readonly ddl: number
  /** GRANT, REVOKE, and everything about users and roles. */
  readonly access: number
  /** By leading keywords: `CREATE DATABASE`, `GRANT`, … */
  readonly byVerb: Readonly<Record<string, number>>
}

export interface Statistics extends Counts {
  readonly replicas: readonly Counts[]
}

const kept = 50_000

/** Every statement that reached the replicas. The oldest are forgotten; their counts are kept. */
export class StatementLog {
  readonly #counts: readonly Map<string, number>[]
  #statements: LoggedStatement[] = []

  constructor(replicas: number) {
    this.#counts = Array.from({ length: replicas }, () => new Map<string, number>())
  }

  add(replica: number, statement: StatementRecord): void {
    const counts = this.#counts[replica]
    counts?.set(statement.verb, (counts.get(statement.verb) ?? 0) + 1)
    this.#statements.push({ ...statement, replica })
    if (this.#statements.length > 2 * kept) this.#statements = this.#statements.slice(-kept)
  }

  statements(): readonly LoggedStatement[] {
    return [...this.#statements]
  }

  statistics(): Statistics {
    const all = new Map<string, number>()
    for (const [verb, count] of this.#counts.flatMap(counts => [...counts]))
      all.set(verb, (all.get(verb) ?? 0) + count)
    return { ...summarize(all), replicas: this.#counts.map(summarize) }
  }
}

function summarize(byVerb: ReadonlyMap<string, number>): Counts {
  const sum = (matching: (verb: string) => boolean): number =>
    [...byVerb].reduce((total, [verb, count]) => total + (matching(verb) ? count : 0), 0)
  const isAccess = (verb: string): boolean =>
    /^(?:GRANT|REVOKE)$|^(?:CREATE|ALTER|DROP) (?:USER|ROLE)$/.test(verb)
  const isDdl = (verb: string): boolean =>
    /^(?:CREATE|ALTER|DROP|TRUNCATE|RENAME|ATTACH|DETACH|EXCHANGE|UNDROP)\b/.test(verb) && !isAccess(verb)
  const isWrite = (verb: string): boolean => isAccess(verb) || isDdl(verb) || verb === 'INSERT'
  return {
    total: sum(() => true),
    queries: sum(verb => !isWrite(verb)),
    ddl: sum(isDdl),
    access: sum(isAccess),
    byVerb: Object.fromEntries(byVerb),
  }
}
