/** Whether the reader may read the database that was asked about, and whether it should. Pure. */
import { hostOf } from '../../clickhouse/endpoint/host.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import { markIn } from '../../tenancy/mark.ts'
import type { Finding } from './finding.ts'
import type { Look } from './look.ts'

type Asked = Pick<Look, 'seen' | 'tenants' | 'seesTenants'>

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
      return {
        result: 'unknown',
        text: `the reader ${reader.touches(database) ? 'may' : 'may not'} read it, and its tenant is not in this cluster; \`lenskeeper orphans\` lists those that are gone`,
      }
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

/** By the mark, which says whose it is; of several tenants that name it, one has it. */
function wantedFor(
  comment: string,
  database: string,
  { tenants, seesTenants }: Asked,
): 'granted' | 'withheld' | 'gone' | 'hidden' {
  const mark = markIn(comment)
  if (mark === undefined) return 'granted'
  if (!seesTenants) return 'hidden'
  const owner = tenants.find(
    ({ metadata, spec }) =>
      metadata.namespace === mark.namespace && metadata.name === mark.name && spec.database === database,
  )
  if (owner === undefined) return 'gone'
  return owner.spec.access === 'Withheld' ? 'withheld' : 'granted'
}
