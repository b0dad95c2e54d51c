import { describe, expect, test } from 'vitest'
import { expressions, runsFor } from './structure/expressions.ts'

/**
 * Of texts that strangers write: Secrets, ConfigMaps, answers of servers. An expression that begins anew inside of a run
 * takes the square of its length, 20 ms for this one and 3 s for 64 KB, while nothing else goes on. Others take 0.3 ms.
 */
const length = 5000
const mostMicroseconds = 5000

/** Each of several times, as something else may fall into one. */
function isSlow(expression: RegExp, text: string): boolean {
  return [1, 2, 3, 4, 5].every(() => {
    const before = process.cpuUsage()
    text.replaceAll(expression, '')
    return process.cpuUsage(before).user > mostMicroseconds
  })
}

function slowRun(expression: RegExp): string | undefined {
  const found = runsFor(expression, length).find(text => isSlow(expression, text))
  return found?.slice(0, 40)
}

describe('time of regular expressions', () => {
  test('the judge knows a slow one', () => {
    expect(slowRun(/-+$/g)).toBeDefined()
    expect(slowRun(/(?<!-)-+$/g)).toBeUndefined()
  })

  test('none in src/ takes the square of a long run', () => {
    expect(expressions.length).toBeGreaterThan(50)
    const slow = expressions.flatMap(({ path, expression }) => {
      const run = slowRun(expression)
      return run === undefined ? [] : [`${path}: ${expression.source} on ${JSON.stringify(run)}`]
    })
    expect(slow).toEqual([])
  })
})
