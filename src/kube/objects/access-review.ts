import type { Transport } from '../call/transport.ts'

export interface Right {
  readonly namespace: string
  readonly verb: string
  /** API group; '' for the core. */
  readonly group: string
  /** Plural. */
  readonly resource: string
}

/** Whether this very account has a right. @throws KubeError, or the signal's reason */
export type AskRight = (right: Right, signal: AbortSignal) => Promise<boolean>

interface Review {
  readonly status?: { readonly allowed?: boolean }
}

/**
 * Asks the API server's authorizers. So a 403 of theirs can be told from a 403 of a quota or an admission policy. Every
 * account may ask about itself, unless a cluster has taken that away.
 */
export function rightsOf(transport: Pick<Transport, 'request'>): AskRight {
  return async (resourceAttributes, signal) => {
    const call = {
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      verb: 'create',
      resource: 'selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      },
    } as const
    const { status } = await transport.request<Review>(call, signal)
    return status?.allowed === true
  }
}
