/** The state machine: what was so, and what has come to pass -> what is so now, and what to do. Pure. */
import type { Outcome } from './answer.ts'
import { unchanged, type Model, type Moment, type Step } from './model.ts'
import { accept, emptyIfDenied, fail, show } from './settle.ts'

/** After so long a request is given up: milliseconds. */
const timeoutMs = 15_000

export type Event =
  /** How the request that was under way has ended. */
  | Outcome
  /** Time has passed. */
  | { readonly type: 'tick' }
  /** The viewer, the network or the machine is back. */
  | { readonly type: 'wake' }
  /** The page wants a token now. */
  | { readonly type: 'refresh' }
  /** The frame has loaded, whoever had it load. */
  | { readonly type: 'load' }

/** What time alone has brought comes before the event. */
export function step(before: Model, event: Event, moment: Moment): Step {
  const aged = age(before, moment)
  const { model, effects } = react(aged.model, event, moment)
  return { model, effects: [...aged.effects, ...effects] }
}

/** When a `tick` is due; infinity where only another event changes anything. */
export function nextTickAt({ askedAt, nextAt, held }: Model): number {
  return Math.min(
    askedAt === undefined ? nextAt : askedAt + timeoutMs,
    held === undefined || held.lapsed ? Number.POSITIVE_INFINITY : held.expiresAt,
  )
}

function age(model: Model, moment: Moment): Step {
  const { askedAt, held } = model
  if (askedAt !== undefined && moment.now >= askedAt + timeoutMs) {
    const { model: failed, effects } = fail(model, { reason: 'timeout', retryAfterMs: 0 }, moment)
    const aged = age(failed, moment)
    return { model: aged.model, effects: [{ type: 'cancel' }, ...effects, ...aged.effects] }
  }
  if (held === undefined || held.lapsed || moment.now < held.expiresAt) return unchanged(model)
  return emptyIfDenied({ ...model, held: { ...held, lapsed: true } })
}

function react(model: Model, event: Event, moment: Moment): Step {
  switch (event.type) {
    case 'tick':
      return askIfDue(model, moment)
    case 'wake':
      return askIfDue(hasten(model), moment)
    case 'refresh':
      return ask(model.verdict ? { ...model, verdict: undefined, trouble: undefined } : model, moment)
    case 'load':
      return greet(model, moment)
    // An outcome after the request was given up changes nothing.
    case 'answered':
      return model.askedAt === undefined ? unchanged(model) : accept(model, event.answer, moment)
    case 'failed':
      return model.askedAt === undefined ? unchanged(model) : fail(model, event.failure, moment)
    default:
      return event satisfies never
  }
}

function ask(model: Model, { now }: Moment): Step {
  if (model.askedAt !== undefined) return unchanged(model)
  return { model: { ...model, askedAt: now }, effects: [{ type: 'ask' }] }
}

function askIfDue(model: Model, moment: Moment): Step {
  return moment.now >= model.nextAt ? ask(model, moment) : unchanged(model)
}

/** Whoever comes back does not wait for what is left of half a minute, but for as long as the server asked. */
function hasten(model: Model): Model {
  const { trouble, verdict, nextAt, notBefore } = model
  return trouble && !verdict ? { ...model, nextAt: Math.min(nextAt, notBefore) } : model
}

/** A frame that loads anew has the token of its address again. If that is an old one, it is told the newest. */
function greet(model: Model, { now }: Moment): Step {
  const { held, frame } = model
  if (held === undefined || held.lapsed || frame === undefined) return unchanged(model)
  const { token } = held.answer
  if (token === frame.answer.token) return unchanged(model)
  // The page asks for its data with the address's token before it hears of another; with one that has ended, in vain.
  if (now >= frame.expiresAt) return show(model)
  return { model, effects: [{ type: 'tell', token }] }
}
