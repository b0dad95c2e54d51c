/** Lint takes and refuses what the real API server does: in our cases, and in random ones. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkObject } from '../../src/cli/lint/check.ts'
import { type Accepted, type Kind, type Refused, type Spec, smallest } from './crds/cases.ts'
import { acceptedConnections, refusedConnections } from './crds/connection-cases.ts'
import { acceptedKeys, refusedKeys } from './crds/key-cases.ts'
import { apiVersion, usePlace } from './crds/place.ts'
import { acceptedEmbeds, refusedEmbeds } from './crds/embed-cases.ts'
import { acceptedTenants, refusedTenants } from './crds/tenant-cases.ts'

const place = usePlace()

type Draft = Record<string, unknown>

/** Undefined when the object is taken; else what is said. */
function lintSays(object: Draft): string | undefined {
  const value = JSON.parse(JSON.stringify({ apiVersion, ...object })) as Draft
  const here = { file: 'x', line: 1, column: 1 }
  const found = { apiVersion, kind: String(object['kind']), value, place: () => here }
  const { findings } = checkObject(found, 'default')
  return findings.length === 0
    ? undefined
    : findings.map(({ field, message }) => `${field}: ${message}`).join('; ')
}

async function serverSays(kind: Kind, object: Draft): Promise<string | undefined> {
  const { status, body } = await place.ask('POST', kind, '?dryRun=All&fieldValidation=Strict', {
    apiVersion,
    ...object,
  })
  if (status === 201) return undefined
  expect([400, 422]).toContain(status)
  return body.message ?? ''
}

const tables: readonly (readonly [Kind, readonly Accepted[], readonly Refused[]])[] = [
  ['ClickHouseConnection', acceptedConnections, refusedConnections],
  ['PartnerKey', acceptedKeys, refusedKeys],
  ['ConnectorTenant', acceptedTenants, refusedTenants],
  ['SecureEmbed', acceptedEmbeds, refusedEmbeds],
]

function expectAgreement(object: Draft, lint: string | undefined, server: string | undefined): void {
  if ((lint === undefined) === (server === undefined)) return
  throw new Error(
    `of ${JSON.stringify(object)}\n  lint says ${lint ?? 'nothing'}\n  the API server says ${server ?? 'nothing'}`,
  )
}

describe.each(tables)('%s', (kind, accepted, refused) => {
  it('judges every case of the tables as the API server does', async () => {
    const changes = [...accepted, ...refused].map(([, change]) => change)
    expect(changes.length).toBeGreaterThan(40)
    for (const change of changes) {
      const object = { kind, metadata: { name: 'case' }, spec: { ...smallest[kind], ...change } }
      expectAgreement(object, lintSays(object), await serverSays(kind, object))
    }
  })

  it('judges objects that were damaged at random alike', async () => {
    const specs = accepted.map(([, change]): Spec => ({ ...smallest[kind], ...change }))
    const damaged = fc
      .tuple(fc.constantFrom(...specs), fc.array(damage, { minLength: 1, maxLength: 2 }))
      .map(([spec, damages]) => damages.reduce<unknown>(apply, structuredClone(spec)))
    await fc.assert(
      fc.asyncProperty(damaged, async spec => {
        const object = { kind, metadata: { name: 'case' }, spec }
        expectAgreement(object, lintSays(object), await serverSays(kind, object))
      }),
      { numRuns: 300 },
    )
  })
})

it.each<readonly [string, Draft]>([
  ['no metadata', { metadata: undefined }],
  ['no name', { metadata: {} }],
  ['a generated name', { metadata: { generateName: 'a-' } }],
  ['a name in capitals', { metadata: { name: 'Acme' } }],
  ['a name with a dot', { metadata: { name: 'a.b' } }],
  ['a name that ends with a dash', { metadata: { name: 'a-' } }],
  ['a label that is no text', { metadata: { name: 'a', labels: { a: true } } }],
  ['a label value with a space', { metadata: { name: 'a', labels: { a: 'b c' } } }],
  ['an annotation that is no text', { metadata: { name: 'a', annotations: { a: 1 } } }],
  ['an unknown field of metadata', { metadata: { name: 'a', label: {} } }],
  ['an unknown field at the top', { sepc: {} }],
  ['a null spec', { spec: null }],
  ['a spec that is a list', { spec: [] }],
  ['a status that makes no sense', { status: { conditions: [] } }],
])('judges the frame alike: %s', async (_name, change) => {
  const object = { kind: 'PartnerKey', metadata: { name: 'case' }, spec: smallest.PartnerKey, ...change }
  expectAgreement(object, lintSays(object), await serverSays('PartnerKey', object))
})

/** Puts `into` in one place of a spec, which `at` chooses. */
interface Damage {
  readonly at: number
  readonly into: unknown
}

const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(1000),
  into: fc.oneof(
    fc.constantFrom(null, undefined, true, 0, 1, -1, 1.5, 2 ** 31, '', 'a', 'A', '*', '1', '1:2', [], {}, [
      null,
    ]),
    fc.constantFrom(
      '10s',
      '24h',
      '24h1ms',
      '999999999999999h',
      '0s',
      '1.5h',
      '-1m',
      'http://a:1',
      'https://a',
    ),
    fc.constantFrom(
      'All',
      'Same',
      'Selector',
      'Drop',
      'Retain',
      'Manual',
      'External',
      'system',
      'lenskeeper_',
    ),
    fc.constantFrom('a'.repeat(63), 'a'.repeat(64), 'a'.repeat(254), 'é', '\u00a0', 'a\n', '\u{1f600}'),
    fc.constantFrom({ matchLabels: {} }, { matchLabels: { a: 'b' } }, { name: 'a' }, { a: 'b' }, ['a', 'a']),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
  ),
})

function apply(spec: unknown, { at, into }: Damage): unknown {
  const places = placesOf(spec)
  const chosen = places[at % places.length]
  chosen?.(structuredClone(into))
  return spec
}

/** One setter for each place of a value, at every depth. */
function placesOf(value: unknown): readonly ((into: unknown) => void)[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  const places: ((into: unknown) => void)[] = []
  for (const name of Object.keys(holder)) {
    places.push(into => void (holder[name] = into))
    places.push(...placesOf(holder[name]))
  }
  return places
}
