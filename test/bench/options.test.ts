import { expect, test } from 'vitest'
import { readBenchOptions } from '../../bench/options.ts'

const read = (...args: readonly string[]) => readBenchOptions(args, {}, () => undefined)

test('the embedded engine is the default, and a stand-in may answer at once', () => {
  expect(read('onboard').standInMs).toBeUndefined()
  expect(read('onboard', '--stand-in', '0').standInMs).toBe(0)
  expect(read('onboard', '--stand-in=20').standInMs).toBe(20)
})

test.each([
  ['--stand-in=-1', '--stand-in takes whole numbers from 0 to 999999, not "-1"'],
  ['--stand-in=fast', '--stand-in takes whole numbers from 0 to 999999, not "fast"'],
  ['--sizes=10,0', '--sizes takes whole numbers from 1 to 999999, not "0"'],
])('%s is refused', (flag, message) => {
  expect(() => read('onboard', flag)).toThrow(message)
})
