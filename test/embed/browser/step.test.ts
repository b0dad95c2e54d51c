import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { initialModel, statusOf, type Effect, type Model } from '../../../src/embed/browser/model.ts'
import { nextTickAt, step } from '../../../src/embed/browser/step.ts'
import { answered, lost, refused } from './answers.ts'
import { courses, load, refresh, tick, wake } from './courses.ts'

describe('courses', () => {
  test.each(Object.entries(courses))('%s', (_name, lines) => {
    let model = initialModel
    for (const [at, event, effects, state] of lines) {
      const after = step(model, event, { now: at * 1000, chance: 0.5 })
      expect([at, after.effects.map(inWords).join(' '), stateInWords(after.model)]).toEqual([
        at,
        effects,
        state,
      ])
      ;({ model } = after)
    }
  })
})

test('each wait is up to a quarter shorter or longer', () => {
  const waits = [0, 0.5, 0.999].map(chance => {
    const { model } = step(initialModel, refresh, { now: 0, chance })
    return nextTickAt(step(model, lost(), { now: 0, chance }).model)
  })
  expect(waits[0]).toBe(750)
  expect(waits[1]).toBe(1000)
  expect(waits[2]).toBeCloseTo(1250, -1)
})

describe('whatever comes to pass', () => {
  const event = fc.oneof(
    fc.constantFrom(tick, wake, refresh, load),
    fc.constantFrom(lost(), lost('answer'), refused(500), refused(429, 40), refused(401), refused(404)),
    fc.integer({ min: 0, max: 9 }).map(name => answered(`T${name}`)),
  )
  const course = fc.array(
    fc.record({
      event,
      afterMs: fc.integer({ min: 0, max: 200_000 }),
      chance: fc.double({ min: 0, max: 0.99, noNaN: true }),
    }),
  )

  test('there is never a second request, a second frame, or a token told that is not the newest', () => {
    fc.assert(
      fc.property(course, moments => {
        let model: Model = initialModel
        let now = 0
        let asking = false
        for (const { event, afterMs, chance } of moments) {
          now += afterMs
          const { model: next, effects } = step(model, event, { now, chance })
          if (model.askedAt !== undefined && next.askedAt === undefined) asking = false
          for (const effect of effects) {
            if (effect.type === 'cancel') asking = false
            if (effect.type === 'ask') {
              expect(asking).toBe(false)
              asking = true
            }
            if (effect.type === 'tell') expect(effect.token).toBe(next.held?.answer.token)
            if (effect.type === 'show') expect(effect.url).toBe(next.held?.answer.url)
          }
          expect(asking).toBe(next.askedAt !== undefined)
          model = next
        }
      }),
    )
  })

  test('something will follow, or there is a verdict', () => {
    fc.assert(
      fc.property(course, moments => {
        let { model } = step(initialModel, refresh, { now: 0, chance: 0 })
        let now = 0
        for (const { event, afterMs, chance } of moments) {
          now += afterMs
          ;({ model } = step(model, event, { now, chance }))
          if (model.verdict === undefined) expect(nextTickAt(model)).toBeLessThan(Number.POSITIVE_INFINITY)
        }
      }),
    )
  })
})

function inWords(effect: Effect): string {
  switch (effect.type) {
    case 'show':
      return `show ${effect.url.split('=').at(-1)}`
    case 'tell':
      return `tell ${effect.token}`
    case 'ask':
    case 'cancel':
    case 'empty':
      return effect.type
    default:
      return effect satisfies never
  }
}

/** `retrying status 500`; with what is out of the ordinary after a comma. */
function stateInWords(model: Model): string {
  const { state, reason, httpStatus, shown, reloads } = statusOf(model)
  const notes = [
    model.held !== undefined && !shown ? 'no frame' : undefined,
    reloads > 0 ? `reloads ${reloads}` : undefined,
  ]
  const words = [state, reason, httpStatus].filter(word => word !== undefined).join(' ')
  return [words, ...notes.filter(note => note !== undefined)].join(', ')
}
