/** One call to the API server. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Absolute path such as `/api/v1/namespaces/a/secrets`, already percent-encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  readonly contentType?: string
  /** Of the whole call, with its waits and retries; of a stream, until its first line. */
  readonly deadlineMs?: number
  /** An answer of more bytes is the error `answerTooLarge`. Default 16 MiB: no single object is larger. */
  readonly mostBytes?: number
  /** Labels of the metric. */
  readonly verb?: string
  readonly resource?: string
}
