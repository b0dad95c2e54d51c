/** The course of one request, as the trace draws it. */

/** Who takes the step: the charts API, the storage that knows the embeds, the data backend, or the connector. */
export type Party = 'charts' | 'storage' | 'data' | 'connector'

/** Of a request from an embedded page. */
export type EmbedStep =
  | 'token-present'
  | 'token-size'
  | 'token-decoded'
  | 'embed-known'
  | 'secret-known'
  | 'algorithm'
  | 'signature'
  | 'service'
  | 'times'
  | 'not-expired'
  | 'lifetime'
  | 'entry'
  | 'signed-parameters'
  | 'parameters'
  | 'connection'
  | 'row-level-security'
  | 'rows'
  | 'export-allowed'
  | 'fault'

/** Of a new connection: the checks of an access token in DataLens's order. */
export type ConnectStep = 'format' | 'version' | 'signature' | 'decryption' | 'payload' | 'tables'

export type StepName = EmbedStep | ConnectStep

/** How large a token is, and may be. */
export function sizeInWords(bytes: number, most: number): string {
  return `It has ${bytes} bytes; ${most} may be.`
}

export interface Step {
  readonly party: Party
  readonly name: StepName
  readonly passed: boolean
  /** What was found, in a sentence. Never a token, never a row. */
  readonly says: string
}
