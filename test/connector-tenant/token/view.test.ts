import { expect, test } from 'vitest'
import { annotations } from '../../../src/api/labels.ts'
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
    const view = viewCurrentToken(secret, shape, testRing)
    expect(view.seal).toBe('valid')
    expect(view.holds?.mintedAt).toBe(creationTimestamp)
    expect(view.tidy).toBe(false)
  },
)
