import { createMiddleware } from 'hono/factory'
import { sleep } from '../../core/clock.ts'
import { handedOn } from '../embed/answers.ts'
import { refuse } from './answer.ts'
import type { Env, SandboxParts } from './parts.ts'

/** The switches `delay` and `failNext`, for whatever an embedded page asks. */
export function faults({ switchboard, clock }: SandboxParts) {
  return createMiddleware<Env>(async (c, next) => {
    const { delay } = switchboard.values
    if (delay > 0) await sleep(clock, delay, c.req.raw.signal)
    if (!switchboard.takeFailure()) return await next()
    c.get('note').steps.push({
      party: 'charts',
      name: 'fault',
      passed: false,
      says: 'The switch failNext let it fail.',
    })
    return refuse(c, handedOn({ status: 500, body: {} }))
  })
}
