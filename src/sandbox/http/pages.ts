/** The pages for people. */
import { Hono } from 'hono'
import type { Env, SandboxParts } from './parts.ts'

/** Mounted at `/`, after all routes of the APIs. */
export function pageRoutes({ content }: SandboxParts): Hono<Env> {
  const routes = new Hono<Env>()
  routes.get('/', c => c.text(content.title.en))
  return routes
}
