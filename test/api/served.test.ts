import { expect, test } from 'vitest'
import { remarkOf, served } from '../../src/api/served.ts'

test.each([
  ['True', 'Ready', served.connection, undefined],
  ['True', 'Ready', served.tenant, undefined],
  ['True', 'Ready', `${served.connection} Do this.`, 'Do this.'],
  ['True', 'Ready', `${served.connectionPartly} Do this.`, 'Do this.'],
  ['True', 'Ready', `${served.embed} The Secret "old" may go.`, 'The Secret "old" may go.'],
  // It names no sentence of ours, so all of it may matter.
  ['True', 'RefreshFailing', 'A quota is full. Good until then.', 'A quota is full. Good until then.'],
  ['True', 'HandoverReady', 'Send the key to DataLens.', 'Send the key to DataLens.'],
  ['True', 'Suspended', served.connectionSuspended, undefined],
  ['True', 'Suspended', `${served.connectionSuspended} Do this.`, 'Do this.'],
  ['True', 'Suspended', 'spec.suspend is true: nothing is changed.', undefined],
  ['True', 'Observing', 'Observing: there is nothing to change.', undefined],
  ['True', 'AccessWithheld', 'Access is withheld.', undefined],
  // Told as what is wrong.
  ['False', 'Unreachable', 'Nobody answers.', undefined],
] as const)('%s %s: %s', (status, reason, message, remark) => {
  expect(remarkOf({ status, reason, message })).toBe(remark)
})
