/** Whether the reader may read the database that was asked about, and whether it should. Pure. */
import { keyOf } from '../../api/object.ts'
import { hostOf } from '../../clickhouse/endpoint/host.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import { listText } from '../../core/text/list-text.ts'
import { isOurs, markIn } from '../../tenancy/mark.ts'
import type { Finding } from './finding.ts'
import type { Look } from './look.ts'

interface Asked extends Pick<Look, 'seen' | 'tenants' | 'seesTenants' | 'leadsHere'> {
  /** Whose marks are ours; undefined where the caller may not know it. */
  readonly installation: string | undefined
}

export function checkGrant(look: Asked, database: string): readonly Finding[] {
  return look.seen.endpoints.flatMap(view => {
    if (!view.ok || !view.data.reader.exists) return []
    const about = { endpoint: hostOf(view.url), check: `database ${database}` }
    return [{ ...about, ...judge(view, database, look) }]
  })
}

type Verdict = Pick<Finding, 'result' | 'text'>

function judge(
  { data: { databases, reader } }: Extract<EndpointView, { readonly ok: true }>,
  database: string,
  look: Asked,
): Verdict {
  const found = databases.get(database)
  if (found === undefined) return { result: 'bad', text: 'there is none of this name' }
  const isOpen = reader.covers(database)
  const wanted = wantedFor(found.comment, database, look)
  switch (wanted) {
    case 'withheld':
      return reader.touches(database)
        ? { result: 'bad', text: 'its tenant’s access is withheld, and the reader may read it all the same' }
        : { result: 'good', text: 'the reader may not read it: its tenant’s access is withheld' }
    case 'gone':
    case 'foreign':
    case 'unsure':
      return (isOpen ? undefined : refused(database, look)) ?? notServed(wanted, reader.touches(database))
    case 'hidden':
      return isOpen
        ? open
        : {
            result: 'unknown',
            text: 'the reader may not read it; whether its tenant’s access is withheld you may not see',
          }
    case 'granted':
      return isOpen
        ? open
        : { result: 'bad', text: 'the reader may not read it; `lenskeeper explain` says why of its tenant' }
    default:
      return wanted satisfies never
  }
}

const open: Verdict = { result: 'good', text: 'the reader may read it' }

/** Why nobody whom this operator serves has it. */
const otherwise = {
  gone: 'its tenant is not in this cluster; `lenskeeper orphans` lists those that are gone',
  foreign:
    'by its mark another installation has it, which alone knows whether that is right; where the operator is given --installation-id, give it here, too',
  unsure:
    'its tenant is not in this cluster; whether it ever was is told by the operator’s --installation-id, as you may not read the namespace kube-system',
}

function notServed(why: keyof typeof otherwise, may: boolean): Verdict {
  return { result: 'unknown', text: `the reader ${may ? 'may' : 'may not'} read it, and ${otherwise[why]}` }
}

/** If a tenant wants it read and does not have it. */
function refused(database: string, { tenants, leadsHere }: Asked): Verdict | undefined {
  const names = tenants
    .filter(({ spec }) => spec.database === database && spec.access !== 'Withheld')
    .filter(leadsHere)
    .map(keyOf)
    .sort()
  if (names.length === 0) return undefined
  const by = listText(names, { most: 3 })
  return {
    result: 'bad',
    text: `the reader may not read it, though it is named by ${by}; \`lenskeeper explain\` says why`,
  }
}

type Wanted = 'granted' | 'withheld' | 'hidden' | keyof typeof otherwise

/** By the mark, which says whose it is; of several tenants that name it, one has it. */
function wantedFor(comment: string, database: string, look: Asked): Wanted {
  const { tenants, seesTenants, installation, seen } = look
  const mark = markIn(comment)
  if (mark === undefined) return 'granted'
  const { inheritFrom } = seen.connection.spec
  // Another installation may have a tenant of the same name.
  if (installation !== undefined && !isOurs(mark, { installation, inheritFrom })) return 'foreign'
  if (!seesTenants) return 'hidden'
  const owner = tenants.find(
    ({ metadata, spec }) =>
      metadata.namespace === mark.namespace && metadata.name === mark.name && spec.database === database,
  )
  if (owner !== undefined) return owner.spec.access === 'Withheld' ? 'withheld' : 'granted'
  return installation === undefined ? 'unsure' : 'gone'
}
