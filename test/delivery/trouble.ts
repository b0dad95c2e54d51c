/** What people are called for, brought about on real parts: by the table of truth where that has it. */
import { Corner } from '../integration/truth/corner/corner.ts'
import { takeRights } from '../integration/truth/corner/rights.ts'
import { offer, pair } from '../integration/truth/rows/embed-acts.ts'
import type { Row } from '../integration/truth/row.ts'
import { rows } from '../integration/truth/table.ts'
import { makeTestCertificate } from '../proxies/test-certificate.ts'
import { embed, secretMadeAt } from '../scenarios/embeds.ts'
import type { World } from '../cluster/world.ts'

const forever = new AbortController().signal
const hour = 3_600_000

/** What takes an hour, a heap that is full, or a fault of the program: in rare-alerts.test.ts. */
export const broughtElsewhere: readonly string[] = [
  'LenskeeperBlind',
  'LenskeeperSyncStale',
  'LenskeeperCacheFull',
  'LenskeeperBug',
]

interface Scene {
  readonly corner: Corner
  readonly bring: () => Promise<void>
}

/** All that one operator may meet at once, each in a corner of its own. */
export function scenes(world: World, names: readonly string[]): readonly Scene[] {
  const commons = new Corner(world, 'shared')
  const chosen = [...new Set(names.flatMap(name => rowOf(name) ?? []))].map((row, at) => {
    const corner = new Corner(world, `row${at}`, row.shares && commons)
    return { corner, bring: () => corner.open().then(() => row.bring(corner)) }
  })
  const others = Object.entries(ownScenes).map(([id, bring]) => {
    const corner = new Corner(world, id)
    return { corner, bring: () => bring(corner) }
  })
  return [...chosen, ...others]
}

/** The one that brings about as little else as may be. */
function rowOf(alert: string): Row | undefined {
  const telling = rows.filter(row => row.alerts.includes(alert))
  return telling.toSorted((a, b) => a.alerts.length - b.alerts.length)[0]
}

const ownScenes: Readonly<Record<string, (corner: Corner) => Promise<void>>> = {
  certificate: endingCertificate,
  links: unwrittenLinks,
}

/** It is good for a day. */
async function endingCertificate(corner: Corner): Promise<void> {
  const certificate = makeTestCertificate()
  const tls = { caSecretRef: { name: 'authority' } }
  await corner.open()
  await corner.secret('authority', { 'ca.crt': certificate.certPem })
  await corner.serve({ endpoints: await corner.ways.securely(certificate), tls })
}

/** Links that are due, nearly at their end, and past it, in a namespace where the operator may write no Secret. */
async function unwrittenLinks(corner: Corner): Promise<void> {
  await offer(corner)
  const ages = { due: 6, late: 8, past: 11 }
  const spec = { lifetime: '10h', refreshBefore: '5h' }
  const served = Object.entries(ages).map(async ([name, hours]) => {
    await corner.world.apply(embed(name, spec, corner.namespace))
    return [await corner.world.embedIs(corner.key(name), 'True', 'Ready'), hours] as const
  })
  const made = await Promise.all(served)
  await takeRights(corner.world, corner.namespace)
  for (const [one, hours] of made) {
    const { metadata, data } = await secretMadeAt(one, pair, Date.now() - hours * hour)
    await corner.world.secrets.mergePatch(
      corner.key(`${one.metadata.name}-embed`),
      { metadata, data },
      forever,
    )
  }
}
