import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyOfModule } from './go-tool.ts'

let module: string
beforeAll(async () => {
  module = await mkdtemp(join(tmpdir(), 'lenskeeper-module-'))
})
afterAll(() => rm(module, { recursive: true, force: true }))

test('a program is built anew after any change of its module, also of its own code', async () => {
  const keys: string[] = []
  for (const [name, text] of [
    ['go.mod', 'module a'],
    ['go.mod', 'module b'],
    ['main.go', 'package main'],
    ['main.go', 'package main // other'],
    ['more.go', ''],
  ] as const) {
    await writeFile(join(module, name), text)
    keys.push(await keyOfModule(module))
    expect(await keyOfModule(module)).toBe(keys.at(-1))
  }
  expect(new Set(keys).size).toBe(keys.length)
})
