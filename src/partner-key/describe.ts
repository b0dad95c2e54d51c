import { formatVersion } from './keys/key-name.ts'
import type { Step } from './steps.ts'

/** A step as the write that it would be, for logs and observe mode. Holds no key. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'createKeySecret': {
      const origin = step.brought === undefined ? 'a generated key' : `the key ${step.brought.fingerprint}`
      return `create the key Secret of version ${step.version} with ${origin}`
    }
    case 'tidyKeySecret':
      return `put labels and immutability of Secret ${step.secret.metadata.name} right`
    case 'recordKeys':
      return step.entries.length === 0
        ? 'put the labels of the ledger right'
        : `record in the ledger: ${step.entries.map(formatVersion).join(', ')}`
    case 'writeHandover':
      return `${step.over === undefined ? 'create' : 'update'} the hand-over ConfigMap`
    default:
      throw new TypeError(step satisfies never)
  }
}
