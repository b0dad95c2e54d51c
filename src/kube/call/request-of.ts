import type { Access } from '../access/access.ts'
import type { Call } from './call.ts'
import type { Channels } from './channels.ts'
import type { ExchangeRequest } from './exchange.ts'

const mostBytes = 16 * 1024 * 1024

/** A call as the one request that it becomes under these credentials. */
export function requestOf(
  call: Call,
  access: Access,
  { channels, userAgent }: { readonly channels: Channels; readonly userAgent: string },
): ExchangeRequest {
  const query = call.query === undefined ? '' : new URLSearchParams(call.query).toString()
  return {
    origin: channels.origin,
    path: channels.basePath + call.path + (query === '' ? '' : `?${query}`),
    method: call.method,
    headers: {
      accept: 'application/json',
      'user-agent': userAgent,
      ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
      ...access.headers.reveal(),
    },
    body: call.body === undefined ? undefined : JSON.stringify(call.body),
    mostBytes: call.mostBytes ?? mostBytes,
  }
}
