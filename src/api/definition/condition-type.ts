/** What a condition answers, and which answer is as it should be. */
export interface ConditionType {
  readonly meaning: string
  /** Absent where no answer is better than another. */
  readonly good?: 'True' | 'False'
  /** Reasons for another answer that nobody needs to act on. */
  readonly quiet?: readonly string[]
  /** Reasons for the good answer that somebody needs to act on before it is another one. */
  readonly failing?: readonly string[]
}
