import { requestApi, type ApiAccess } from './api-request.ts'
import { ControlPlaneError } from './errors.ts'

export interface ServiceAccount {
  readonly namespace: string
  readonly name: string
  /** At least 600. Default 3600. */
  readonly expirationSeconds?: number
}

/**
 * Makes a token as a Pod of this ServiceAccount would have it. The ServiceAccount has to exist.
 * @throws {ControlPlaneError} `requestRefused`
 */
export async function requestServiceAccountToken(
  access: ApiAccess,
  account: ServiceAccount,
): Promise<string> {
  const { namespace, name, expirationSeconds = 3600 } = account
  const { status, body } = await requestApi(access, {
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds } },
  })
  const answer = JSON.parse(body) as { message?: string; status?: { token?: string } }
  if (status === 201 && answer.status?.token) return answer.status.token
  const what = `no token for ServiceAccount ${namespace}/${name}`
  throw new ControlPlaneError('requestRefused', `${what}: ${status} ${answer.message ?? ''}`)
}
