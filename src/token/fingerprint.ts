import { hash } from 'node:crypto'
import { frame } from './framing.ts'

/** What a token is made from. Each mint gives another token; the inputs stay the same. */
export interface TokenInputs {
  readonly database: string
  readonly dataLensKeyVersion: number
  readonly dataLensKeyFingerprint: string
  readonly partnerKeyVersion: number
  readonly partnerKeyFingerprint: string
}

/** A text that is the same for the same inputs. It holds no secret and fits an annotation. */
export function inputsFingerprint(inputs: TokenInputs): string {
  const fields = [
    'lenskeeper token inputs v1',
    inputs.database,
    String(inputs.dataLensKeyVersion),
    inputs.dataLensKeyFingerprint,
    String(inputs.partnerKeyVersion),
    inputs.partnerKeyFingerprint,
  ]
  return `v1:${hash('sha256', frame(fields), 'base64url')}`
}
