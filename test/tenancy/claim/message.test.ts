import { expect, test } from 'vitest'
import { refusalMessage } from '../../../src/tenancy/claim/message.ts'

const about = { database: 'client_1', self: { namespace: 'tenants', name: 'acme' } }
const nothing = { assigned: false, recreatesOther: false }

test('nobody is told to do what is done: an assignment that waits for the present owner says so', () => {
  expect(refusalMessage('DatabaseOwnedElsewhere', about, nothing)).toContain('tenants.assignments')
  const waits = refusalMessage('DatabaseOwnedElsewhere', about, { ...nothing, assigned: true })
  expect(waits).toContain('is assigned to this tenant')
  expect(waits).not.toContain('tenants.assignments')
})

test('an annotation that names something else is answered', () => {
  expect(refusalMessage('DatabaseLost', about, nothing)).not.toContain('does not count')
  expect(refusalMessage('DatabaseLost', about, { ...nothing, recreatesOther: true })).toContain(
    'names something else, so it does not count',
  )
})
