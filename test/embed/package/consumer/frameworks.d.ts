// Express brings no types.
declare module 'express' {
  import type { IncomingMessage, ServerResponse } from 'node:http'
  type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>
  export default function express(): { post(path: string, handler: Handler): void }
}
