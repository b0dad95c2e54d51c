import type { Principal, Principals } from './access-state.ts'
import { isWord, tokenize } from '../sql/tokens.ts'

/** With more statements than that it pays to ask the engine for their sum. */
const worthwhile = 200
const elementsPerStatement = 500

/**
 * The same rights in fewer statements: the engine sums them up (`grantsOf` gives the lines of SHOW GRANTS). Otherwise
 * statements about tenants that have long gone would be kept for ever.
 * @returns undefined when there is nothing to gain
 */
export async function compactRights(
  principals: Principals,
  grantsOf: (principal: Principal) => Promise<readonly string[]>,
): Promise<Principals | undefined> {
  const long = [...principals.values()].filter(principal => principal.rights.length > worthwhile)
  if (long.length === 0) return undefined
  const next = new Map(principals)
  for (const principal of long)
    next.set(principal.name, { ...principal, rights: joinGrants(await grantsOf(principal)) })
  return next
}

/** Joins neighbouring statements of one kind. The order stays: a REVOKE takes from what stands before it. */
export function joinGrants(lines: readonly string[]): readonly string[] {
  const joined: { verb: string; tail: string; elements: string[] }[] = []
  for (const line of lines) {
    const parts = splitGrant(line)
    if (parts === undefined) continue
    const last = joined.at(-1)
    const fits =
      last?.verb === parts.verb && last.tail === parts.tail && last.elements.length < elementsPerStatement
    if (fits) last.elements.push(parts.elements)
    else joined.push({ ...parts, elements: [parts.elements] })
  }
  return joined.map(({ verb, tail, elements }) => `${verb} ${elements.join(', ')}${tail}`)
}

function splitGrant(line: string): { verb: string; elements: string; tail: string } | undefined {
  const tokens = tokenize(line)
  const at = tokens.findLastIndex(token => isWord(token, 'TO', 'FROM'))
  const preposition = tokens[at]
  const verb = tokens[0]
  if (preposition === undefined || verb === undefined || !tokens.some(token => isWord(token, 'ON')))
    return undefined
  const tail = line.slice(tokens[at + 1]?.end)
  return { verb: verb.text, elements: line.slice(verb.end, preposition.start).trim(), tail }
}
