// `lenskeeper demo` as a process without a terminal: everything from nothing, checked, and gone again.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { descendantsOf, startProgram, stillRunning } from '../cluster/program.ts'
import { eventually } from '../cluster/cluster.ts'

test('demo shows every tenant’s token opened by DataLens’s side, each viewer’s own rows in the portal, and leaves nothing behind', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'lenskeeper-test-'))
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }))
  const demo = startProgram(['demo'], { TMPDIR: temporary })
  onTestFinished(async () => {
    demo.signal('SIGKILL')
    await demo.ended
  })
  const pids = await eventually(
    () => {
      const found = demo.complaints.includes('✓ operator') ? descendantsOf(demo.pid) : []
      return found.length > 4 && found
    },
    { deadlineMs: 90_000, what: 'the operator is ready' },
  )
  expect(await demo.ended, demo.complaints).toEqual({ code: 0, signal: null })

  const lines = demo.output.trim().split('\n')
  const cells = (start: string): readonly string[] =>
    lines.find(line => line.startsWith(start))?.split(/ {3,}/) ?? []
  expect(cells('TENANT')).toEqual([
    'TENANT',
    'DATABASE',
    'KEYS',
    'TOKEN AT DATALENS',
    'ROWS READ',
    'OTHER DATABASES',
  ])
  for (const [tenant, database] of [
    ['acme-shop/orders', 'acme_shop__orders'],
    ['tenants/client-1234383', 'client_1234383'],
    ['tenants/client-1234384', 'client_1234384'],
  ] as const) {
    expect(cells(tenant)).toEqual([
      tenant,
      database,
      '1:1',
      'accepted',
      expect.stringMatching(/^[1-9][0-9]$/),
      'refused',
    ])
  }
  expect(cells('stranger/curious')).toEqual(['stranger/curious', 'client_1234383', '–', 'none', '–', '–'])
  expect(demo.output).toContain('stranger/curious is refused: NamespaceNotAllowed: ')
  expect(cells('EMBED')).toEqual(['EMBED', 'SHOWS', 'SIGNED PARAMETERS', 'LINK AT DATALENS', 'GOOD FOR'])
  expect(cells('portal/lobby')).toEqual([
    'portal/lobby',
    expect.stringMatching(/^Dashboard [0-9a-z]{13}$/),
    'region=north',
    'accepted',
    expect.stringMatching(/^5[0-9] minutes$/),
  ])
  const head = ['VIEWER', 'PAGE OF THE PORTAL', 'EMBED', 'ROWS OF ITS CHART', 'OTHERS’ CHARTS']
  expect(cells('VIEWER')).toEqual(head)
  const viewers = lines.slice(lines.findIndex(line => line.startsWith('VIEWER')) + 1, -3)
  expect(viewers.map(line => line.split(/ {3,}/))).toEqual(
    [
      ['acme', '/', 'client_1234383'],
      ['globex', '/', 'client_1234384'],
      ['globex', '/lobby', 'client_1234383'],
    ].map(([viewer, page, database]) => [
      viewer,
      page,
      expect.stringMatching(/^[0-9a-z]{13}$/),
      expect.stringMatching(new RegExp(`^[1-9][0-9]*, from ${database} alone$`)),
      'refused',
    ]),
  )
  expect(lines.at(-1)).toMatch(/^All [1-9][0-9] checks held\.$/)

  expect(stillRunning(pids)).toEqual([])
  expect(readdirSync(temporary)).toEqual([])
}, 240_000)

test('demo, ended while it starts, leaves nothing behind either', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'lenskeeper-test-'))
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }))
  const demo = startProgram(['demo', '--once'], { TMPDIR: temporary })
  await eventually(() => demo.complaints.includes('✓ ClickHouse'), {
    deadlineMs: 60_000,
    what: 'ClickHouse runs',
  })
  const pids = descendantsOf(demo.pid)
  expect(pids.length).toBeGreaterThan(1)
  demo.signal('SIGINT')
  expect(await demo.ended, demo.complaints).toEqual({ code: 0, signal: null })
  expect(stillRunning(pids)).toEqual([])
  expect(readdirSync(temporary)).toEqual([])
})
