/** Who may ask at all. The sandbox has no login: whatever it gives is for this machine alone. */
import { createMiddleware } from 'hono/factory'
import { badRequest, refuse } from './answer.ts'
import type { Env } from './parts.ts'

const loopback = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/

/** Another site's page must neither reach it under a name of its own, nor write to it. */
export const guard = createMiddleware<Env>(async (c, next) => {
  const host = c.req.header('host') ?? ''
  if (!loopback.test(host)) {
    return refuse(c, {
      ...badRequest('Ask by http://127.0.0.1 or http://localhost: the sandbox is for this machine.'),
      status: 421,
    })
  }
  const origin = c.req.header('origin')
  if (c.req.method !== 'GET' && origin !== undefined && origin !== `http://${host}`) {
    return refuse(c, { ...badRequest('Another site’s page may not ask.'), status: 403 })
  }
  return await next()
})
