import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Params } from '../parameters.ts'
import { answer, type EndpointParts, type Resolved } from './answer.ts'

export type NodeRequest = Pick<IncomingMessage, 'method' | 'headers' | 'resume'>
type NodeResponse = Pick<ServerResponse, 'writeHead' | 'end' | 'headersSent'>

/** Never rejects. */
export type NodeEndpoint<R extends NodeRequest> = (request: R, response: NodeResponse) => Promise<void>

export function nodeEndpoint<P extends Params, R extends NodeRequest>(
  viewer: (request: R) => Resolved<P>,
  parts: EndpointParts,
): NodeEndpoint<R> {
  return async (request, response) => {
    const asked = { method: request.method ?? '', header: (name: string) => single(request.headers[name]) }
    const { status, headers, body } = await answer(asked, () => viewer(request), parts)
    // Whatever the browser sent is of no interest, and must not stay in the connection.
    request.resume()
    // A time limit of the server's, or whoever else stands before it, may have answered meanwhile.
    if (!response.headersSent) response.writeHead(status, headers).end(body)
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
