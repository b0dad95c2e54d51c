import type { FailureReason, Outcome } from '../../../src/embed/browser/answer.ts'
import type { Link } from '../../../src/embed/link.ts'

/** A token of five minutes, to be replaced after four. */
export function linkOf(token: string, over: Partial<Link> = {}): Link {
  return {
    token,
    url: `https://datalens.example/embeds/dash#dl_embed_token=${token}`,
    expiresIn: 300,
    refreshIn: 240,
    ...over,
  }
}

/** @param servedAt seconds of the server's clock; NaN: not told */
export function answered(token: string, over: Partial<Link> = {}, servedAt = Number.NaN): Outcome {
  return { type: 'answered', answer: { ...linkOf(token, over), servedAt: servedAt * 1000 } }
}

export function lost(reason: FailureReason = 'network'): Outcome {
  return { type: 'failed', failure: { reason, retryAfterMs: 0 } }
}

export function refused(status: number, retryAfterSeconds = 0): Outcome {
  return { type: 'failed', failure: { reason: 'status', status, retryAfterMs: retryAfterSeconds * 1000 } }
}
