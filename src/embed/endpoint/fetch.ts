import type { Params } from '../parameters.ts'
import { answer, type EndpointParts, type Resolved } from './answer.ts'

export type FetchEndpoint = (request: Request) => Promise<Response>

export function fetchEndpoint<P extends Params>(
  viewer: (request: Request) => Resolved<P>,
  parts: EndpointParts,
): FetchEndpoint {
  return async request => {
    const asked = { method: request.method, header: (name: string) => request.headers.get(name) }
    const { status, headers, body } = await answer(asked, () => viewer(request), parts)
    return new Response(body, { status, headers })
  }
}
