import { expect, test } from 'vitest'
import type { ConnectorTenantStatus } from '../../../src/api/connector-tenant.ts'
import { annotations, labels, managedByValue } from '../../../src/api/labels.ts'
import { viewCurrentToken } from '../../../src/connector-tenant/token/view.ts'
import { shape, testRing, tokenSecret } from '../../builders/tenant-observed.ts'

test.each([undefined, '', 'then', '2026-02-31T00:00:00Z', '2026-01-01', '+275760-09-13T00:00:00Z', '1'])(
  'when a token was made is not what somebody wrote there: %s',
  noted => {
    const whole = tokenSecret()
    const { [annotations.mintedAt]: _ours, ...others } = whole.metadata.annotations ?? {}
    const written = noted === undefined ? others : { ...others, [annotations.mintedAt]: noted }
    const creationTimestamp = '2026-01-03T00:00:00Z'
    const secret = { ...whole, metadata: { ...whole.metadata, creationTimestamp, annotations: written } }
    const view = viewCurrentToken(secret, shape, { ring: testRing })
    expect(view.seal).toBe('valid')
    expect(view.holds?.mintedAt).toBe(creationTimestamp)
    expect(view.tidy).toBe(false)
  },
)

const [noted, told, created] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z']
const ours = { [labels.managedBy]: managedByValue }
const known = (pair: string, mintedAt = told) => ({ pair, secretName: shape.name, mintedAt })

test.each<[string, Record<string, string>, ConnectorTenantStatus['token'], string]>([
  ['beside our label, as the Secret says', ours, known('1:1'), noted],
  ['without a label, as the status says', {}, known('1:1'), told],
  ['with somebody’s label, as the status says', { [labels.managedBy]: 'Helm' }, known('1:1'), told],
  ['without a label or a status, as old as the Secret', {}, undefined, created],
  ['where the status tells of another pair, as old as the Secret', {}, known('1:2'), created],
  ['where the status holds no time, as old as the Secret', {}, known('1:1', 'then'), created],
])('a token that its seal proves was made, %s', (_, found, status, expected) => {
  const { metadata, ...rest } = tokenSecret()
  const secret = { ...rest, metadata: { ...metadata, labels: found, creationTimestamp: created } }
  const view = viewCurrentToken(secret, shape, { ring: testRing, known: status })
  expect(view).toMatchObject({ seal: 'valid', holds: { mintedAt: expected } })
  expect(view.foreign).toBeUndefined()
})
