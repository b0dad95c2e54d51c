import type { Party, Step, StepName } from '../../../src/sandbox/embed/steps.ts'
import type { TraceRecord } from '../../../src/sandbox/trace/record.ts'

/** The course of a chart that is shown. */
const course: readonly (readonly [Party, StepName, string])[] = [
  ['charts', 'token-present', 'There is a token.'],
  ['charts', 'token-size', 'It has 534 bytes; 30720 may be.'],
  ['charts', 'token-decoded', 'It is a JWT with an embedId.'],
  ['storage', 'embed-known', 'It is for the embed pgx4ekt5dj3u1, “Sales”.'],
  ['storage', 'secret-known', 'Its embedding secret is tmv9tj8b2rddq.'],
  ['storage', 'algorithm', 'It is signed with PS256.'],
  ['storage', 'signature', 'It is signed by the embedding secret, and not changed since.'],
  ['storage', 'not-expired', 'It is still good.'],
  ['storage', 'entry', 'The entry revenue is the embed’s own or one of its dependencies.'],
  ['charts', 'parameters', '2 parameters, 1 of them signed; 0 unsigned ones dropped, 0 overruled.'],
  ['data', 'connection', 'Its connection is bound to the database client_1.'],
  ['data', 'rows', 'ClickHouse gave 6 rows to the reader.'],
]

function until(refused: StepName | undefined): readonly Step[] {
  const place = course.findIndex(([, name]) => name === refused)
  return course.slice(0, place === -1 ? undefined : place + 1).map(([party, name, says]) => {
    const passed = name !== refused
    return { party, name, passed, says: passed ? says : says.replace('It is', 'It is not') }
  })
}

function request(number: number, refused?: StepName): TraceRecord {
  return {
    number,
    at: `2026-07-06T10:00:0${number}.000Z`,
    method: 'POST',
    path: '/charts/embeds/api/run',
    status: refused === undefined ? 200 : 403,
    ms: 10 + number,
    embedId: 'pgx4ekt5dj3u1',
    entryId: 'revenue',
    steps: until(refused),
  }
}

/** Newest first. */
export const tracedRequests: readonly TraceRecord[] = [
  request(4),
  request(3, 'signature'),
  request(2),
  request(1),
]
