import { createMiddleware } from 'hono/factory'
import { shownId, shownPath } from '../embed/shown.ts'
import type { Env, Note, SandboxParts } from './parts.ts'

/** Puts each request into the trace, with the steps that its route notes. */
export function tracing({ trace, clock }: SandboxParts) {
  return createMiddleware<Env>(async (c, next) => {
    const note: Note = { embedId: undefined, entryId: undefined, steps: [] }
    c.set('note', note)
    const started = clock.monotonic()
    const at = new Date(clock.now()).toISOString()
    await next()
    const { method, path } = c.req
    const ms = Math.round(clock.monotonic() - started)
    const entryId = note.entryId && shownId(note.entryId)
    trace.add({ at, method, path: shownPath(path), status: c.res.status, ms, ...note, entryId })
  })
}
