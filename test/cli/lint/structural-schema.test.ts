/** The cases that test/integration/crds/crds.test.ts gives to the real API server: lint has to judge them alike. */
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { lint } from '../../../src/cli/lint/check.ts'
import { readObjects } from '../../../src/cli/lint/files.ts'
import type { Finding } from '../../../src/cli/lint/finding.ts'
import { type Accepted, type Kind, type Refused, smallest } from '../../integration/crds/cases.ts'
import { acceptedConnections, refusedConnections } from '../../integration/crds/connection-cases.ts'
import { acceptedKeys, refusedKeys } from '../../integration/crds/key-cases.ts'
import { acceptedEmbeds, refusedEmbeds } from '../../integration/crds/embed-cases.ts'
import { acceptedTenants, refusedTenants } from '../../integration/crds/tenant-cases.ts'

const tables: readonly (readonly [Kind, readonly Accepted[], readonly Refused[]])[] = [
  ['ClickHouseConnection', acceptedConnections, refusedConnections],
  ['PartnerKey', acceptedKeys, refusedKeys],
  ['ConnectorTenant', acceptedTenants, refusedTenants],
  ['SecureEmbed', acceptedEmbeds, refusedEmbeds],
]

function refusals(object: object): readonly Finding[] {
  const read = readObjects([
    { file: 'case.yaml', text: stringify({ apiVersion: 'lenskeeper.dev/v1alpha1', ...object }) },
  ])
  expect(read).toMatchObject({ misread: [], objects: [{}] })
  const findings = lint(read, [], { namespace: 'default', metadataPrefixes: undefined })
  return findings.filter(({ check }) => check === 'schema' || check === 'rule')
}

function of(kind: Kind, change: object, name = 'case'): object {
  return { kind, metadata: { name }, spec: { ...smallest[kind], ...change } }
}

describe.each(tables)('%s', (kind, accepted, refused) => {
  it.each(accepted)('takes %s', (_name, change) => {
    expect(refusals(of(kind, change))).toEqual([])
  })

  it.each(refused)('refuses %s', (_name, change) => {
    const findings = refusals(of(kind, change))
    expect(findings.length).toBeGreaterThan(0)
    const parts = Object.keys(change).join('|')
    for (const { field } of findings)
      expect(field).toMatch(new RegExp(`^spec(\\.(${parts})|$)|^spec\\.confirmDrop`))
  })

  it('takes a name of 63 characters and refuses one of 64', () => {
    expect(refusals(of(kind, {}, 'n'.repeat(63)))).toEqual([])
    expect(refusals(of(kind, {}, 'n'.repeat(64)))).toMatchObject([{ check: 'rule' }])
  })

  it('refuses an unknown field, and names the known one', () => {
    expect(refusals(of(kind, { Suspend: true }))).toHaveLength(1)
    expect(refusals({ kind, metadata: { name: 'a', label: {} }, spec: smallest[kind] })).toMatchObject([
      { field: 'metadata.label', check: 'schema' },
    ])
  })

  it('refuses an object without spec, metadata or name', () => {
    expect(refusals({ kind, metadata: { name: 'a' } })).toMatchObject([{ field: 'spec' }])
    expect(refusals({ kind, spec: smallest[kind] })).toMatchObject([{ field: 'metadata' }])
    expect(refusals({ kind, metadata: {}, spec: smallest[kind] })).toMatchObject([{ field: 'metadata.name' }])
  })

  it('takes a null for what may be left out', () => {
    const defaulted = kind === 'ConnectorTenant' ? { access: null, secret: null } : {}
    expect(refusals(of(kind, { ...defaulted }))).toEqual([])
  })
})

it('repeats no value in what it says', () => {
  const said = [
    refusals(of('PartnerKey', { dataLens: { keyVersion: 1, publicKey: 'hunter2' } })),
    refusals(of('PartnerKey', { dataLens: { keyVersion: 1, publicKey: 'hunter2'.repeat(2000) } })),
    refusals(of('ClickHouseConnection', { endpoints: ['https://u:hunter2@a:8443'] })),
    refusals(of('ClickHouseConnection', { endpoints: ['u:hunter2@a'] })),
  ]
  expect(said.map(findings => findings.length > 0)).toEqual([true, true, true, true])
  expect(JSON.stringify(said)).not.toContain('hunter2')
})
