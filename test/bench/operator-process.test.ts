import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { unlessEnded } from '../../bench/operator-process.ts'
import type { Exit } from '../../src/dev/process.ts'

let directory: string
let operator: { exited: Promise<Exit>; logFile: string }
let end: (exit: Exit) => void

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lenskeeper-bench-'))
  const { promise, resolve } = Promise.withResolvers<Exit>()
  end = resolve
  operator = { exited: promise, logFile: join(directory, 'operator.log') }
})
afterEach(() => rm(directory, { recursive: true }))

it('ends a measurement when the operator ends, with its last words', async () => {
  await writeFile(operator.logFile, 'the lead was lost')
  const measuring = unlessEnded(operator, new Promise(() => undefined))
  end({ code: 4, signal: null })
  await expect(measuring).rejects.toThrow('the operator ended:\nthe lead was lost')
})

it('gives what was measured while it runs, and afterwards says nothing of its end', async () => {
  await expect(unlessEnded(operator, Promise.resolve(7))).resolves.toBe(7)
  end({ code: 0, signal: null })
})
