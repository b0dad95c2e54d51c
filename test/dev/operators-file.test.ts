import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { OperatorsFile, type OperatorEntry } from '../../src/dev/operators-file.ts'
import { eventually } from '../time/eventually.ts'

/** An operator of which the test says whether it leads. */
async function standIn(logFile: string) {
  const state: { pid: number | undefined; leads: boolean; asked: number } = { pid: 1, leads: false, asked: 0 }
  const server = createServer((_, response) => {
    state.asked += 1
    response.end(`lenskeeper_leader ${Number(state.leads)}\n`)
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, logFile })
}

test('it is kept current: who leads, who ended, and after a time in which it could not be written, as is said once', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'lenskeeper-operators-'))
  const [one, other] = [await standIn('one.log'), await standIn('other.log')]
  const folder = join(parent, 'state')
  const path = join(folder, 'operators.json')
  const said: string[] = []
  const file = new OperatorsFile(path, [one, other], line => said.push(line))
  onTestFinished(async () => {
    await file.close()
    await rm(parent, { recursive: true })
  })
  const becomes = async (expected: readonly string[]): Promise<void> => {
    const look = async () => {
      const entries = JSON.parse(await readFile(path, 'utf8')) as readonly OperatorEntry[]
      expect(entries.map(({ pid, log, leads }) => [log, pid, leads].join(' '))).toEqual(expected)
      return true
    }
    await eventually(look, { what: expected.join(', ') })
  }
  await mkdir(folder)
  one.leads = true
  await file.start(new AbortController().signal)
  await becomes(['one.log 1 true', 'other.log 1 false'])
  await rm(folder, { recursive: true })
  one.pid = undefined
  other.leads = true
  const { asked } = other
  await eventually(() => other.asked >= asked + 3, { what: 'looks that could not be written down' })
  await mkdir(folder)
  await becomes(['one.log  false', 'other.log 1 true'])
  expect(said).toEqual([
    expect.stringMatching(/operators\.json may be out of date \(ENOENT.*\); trying again$/),
  ])
})
