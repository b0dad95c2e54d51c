import type { Session } from 'fastify'
import { expect, test } from 'vitest'
import { MemorySessions } from '../../examples/portal/src/sessions.ts'

function sessionUntil(time: number, account?: string): Session {
  const expires = new Date(time)
  return {
    cookie: { originalMaxAge: 1000, expires },
    ...(account === undefined ? {} : { account }),
  }
}

function has(sessions: MemorySessions, id: string): boolean {
  let found: Session | null | undefined
  sessions.get(id, (_error, session) => void (found = session))
  return found !== null && found !== undefined
}

const done = (): void => {}

test('sessions end by time, and when they are ended', () => {
  let now = 0
  const sessions = new MemorySessions(() => now)
  sessions.set('a', sessionUntil(1000, 'acme'), done)
  sessions.set('b', sessionUntil(1000, 'globex'), done)
  expect([has(sessions, 'a'), has(sessions, 'b'), has(sessions, 'c')]).toEqual([true, true, false])
  sessions.destroy('b', done)
  now = 999
  expect([has(sessions, 'a'), has(sessions, 'b')]).toEqual([true, false])
  now = 1000
  expect(has(sessions, 'a')).toBe(false)
})

test('visitors push out one another, and none who is logged in', () => {
  const sessions = new MemorySessions(() => 0)
  sessions.set('member', sessionUntil(1000, 'acme'), done)
  for (let visitors = 0; visitors < 10_001; visitors++)
    sessions.set(`visitor ${visitors}`, sessionUntil(1000), done)
  expect(['member', 'visitor 0', 'visitor 1', 'visitor 10000'].map(id => has(sessions, id))).toEqual([
    true,
    false,
    true,
    true,
  ])
})

test('the sessions of an account push out one another, and none of another account', () => {
  const sessions = new MemorySessions(() => 0)
  sessions.set('globex', sessionUntil(1000, 'globex'), done)
  for (let logins = 0; logins < 1001; logins++)
    sessions.set(`acme ${logins}`, sessionUntil(1000, 'acme'), done)
  expect(['globex', 'acme 0', 'acme 1', 'acme 1000'].map(id => has(sessions, id))).toEqual([
    true,
    false,
    true,
    true,
  ])
})

test('nothing of a request stays in what is kept', () => {
  const sessions = new MemorySessions(() => 0)
  const request = Symbol('request')
  sessions.set('a', Object.assign(sessionUntil(1000, 'acme'), { [request]: {} }), done)
  sessions.get('a', (_error, session) => {
    expect(session).toMatchObject({ account: 'acme' })
    expect(Object.getOwnPropertySymbols(session)).toEqual([])
  })
})
