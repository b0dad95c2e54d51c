import { createMiddleware } from 'hono/factory'
import type { Env } from './parts.ts'

/** Rows, keys and traces are for who asked, and are kept nowhere on the way; only a file that never changes says otherwise. */
export const answerHeaders = createMiddleware<Env>(async (c, next) => {
  await next()
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
  c.res.headers.set('x-content-type-options', 'nosniff')
})
