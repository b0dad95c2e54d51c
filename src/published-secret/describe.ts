import type { SecretStep } from './steps.ts'

/** A step in words, for logs and observe mode. `nameOf` names what a Secret holds, and does not show it. */
export function describeSecretStep<Held>(step: SecretStep<Held>, nameOf: (held: Held) => string): string {
  switch (step.kind) {
    case 'createSecret':
      return `create the Secret with the same ${nameOf(step.held)}`
    case 'repairSecret':
      return `put the Secret right, with the same ${nameOf(step.held)}`
    case 'deleteSecret':
      return `delete the Secret ${step.secret.metadata.name}, whose token has moved`
    default:
      throw new TypeError(step satisfies never)
  }
}
