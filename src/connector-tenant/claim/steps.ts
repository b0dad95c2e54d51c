/** What is done to a tenant's database and its mark. */
export type DatabaseStep =
  | {
      readonly kind: 'createDatabase'
      readonly url: string
      readonly database: string
      readonly uuid: string
      readonly mark: string
    }
  | {
      readonly kind: 'writeMark'
      readonly url: string
      readonly database: string
      readonly mark: string
      /** The comment that the decision rests on. If it is now another, nothing is written. */
      readonly expected: string
      readonly why: 'revive' | 'adopt' | 'updateMark' | 'restore' | 'withdrawDrop'
      /** `namespace/name` of the former owner. A live read before the write proves that it is gone. */
      readonly confirmGone?: string
    }

/** A look that changes nothing, and that all after it rests on. */
export interface ProofStep {
  readonly kind: 'proveDatabase'
  readonly url: string
  readonly database: string
  /** The comment that must still be there. */
  readonly expected: string
}

export type ClaimStep = DatabaseStep | ProofStep
