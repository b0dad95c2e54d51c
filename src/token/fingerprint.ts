import { createHash } from 'node:crypto'
import { frame } from './framing.ts'

/** What a token is made from. Tokens differ with every mint, their inputs do not. */
export interface TokenInputs {
  readonly database: string
  readonly dataLensKeyVersion: number
  readonly dataLensKeyFingerprint: string
  readonly partnerKeyVersion: number
  readonly partnerKeyFingerprint: string
}

/** A stable text for a token's inputs: same inputs, same text. Holds no secret, and fits an annotation. */
export function inputsFingerprint(inputs: TokenInputs): string {
  const fields = [
    'lenskeeper token inputs v1',
    inputs.database,
    String(inputs.dataLensKeyVersion),
    inputs.dataLensKeyFingerprint,
    String(inputs.partnerKeyVersion),
    inputs.partnerKeyFingerprint,
  ]
  return `v1:${createHash('sha256').update(frame(fields)).digest('base64url')}`
}
