/** Measures how many requests of embedded pages the sandbox answers. See docs/benchmarks.md. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fillDatabase } from '../src/cli/chain/clickhouse.ts'
import { startEmbeddedClickHouse } from '../src/dev/clickhouse/embedded-clickhouse.ts'
import { embedder } from '../src/embed/index.ts'
import { defaultContentFile } from '../src/sandbox/content/read.ts'
import { cpuSecondsOf } from './processor-time.ts'
import { environmentOf } from './report.ts'

const { values } = parseArgs({
  options: { viewers: { type: 'string', default: '200' }, seconds: { type: 'string', default: '60' } },
})
const viewers = Number(values.viewers)
const seconds = Number(values.seconds)
/** What the dashboard of the shipped content shows: a viewer asks for one after the other. */
const charts = ['revenue', 'pieces', 'revenue-by-month', 'revenue-by-region', 'revenue-by-product', 'sales']
const never = new AbortController().signal
const admin = { username: 'admin', password: 'an-admin-password' }

interface Served {
  readonly child: ChildProcess
  readonly url: string
}

async function serve(directory: string, clickHouse: string): Promise<Served> {
  const content = readFileSync(defaultContentFile, 'utf8').replace(
    '- id: shop\n',
    '- id: shop\n    database: shop\n',
  )
  const file = (name: string, text: string): string => {
    const path = join(directory, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const flags = {
    '--clickhouse-url': clickHouse,
    '--reader-user': admin.username,
    '--reader-password-file': file('password', admin.password),
    '--content': file('content.yaml', content),
  }
  const child = spawn(process.execPath, ['src/main.ts', 'sandbox', ...Object.entries(flags).flat()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /^Sandbox: (\S+)$/.exec(line) ?? []
    if (url !== undefined) return { child, url }
  }
  throw new Error('the sandbox did not start')
}

async function rpc<T>(url: string, method: string, body: object): Promise<T> {
  const answer = await fetch(`${url}/rpc/${method}`, { method: 'POST', body: JSON.stringify(body) })
  return (await answer.json()) as T
}

async function makeToken(url: string): Promise<string> {
  type Secret = { readonly embeddingSecretId: string; readonly privateKey: string }
  const { embeddingSecretId, privateKey } = await rpc<Secret>(url, 'createEmbeddingSecret', {
    title: 'Bench',
    workbookId: 'main',
  })
  const fields = { title: 'Bench', entryId: 'shop-dashboard', depsIds: charts, publicParamsMode: false }
  const { embedId } = await rpc<{ embedId: string }>(url, 'createEmbed', { ...fields, embeddingSecretId })
  const signer = embedder({ platform: 'Yandex', kind: 'Dashboard', embedId, key: privateKey, lifetime: '1h' })
  return (await signer.sign()).token
}

interface Load {
  readonly times: readonly number[]
  readonly errors: number
}

async function load(url: string, token: string): Promise<Load> {
  const times: number[] = []
  let errors = 0
  const end = performance.now() + seconds * 1000
  const viewer = async (): Promise<void> => {
    for (let at = 0; performance.now() < end; at += 1) {
      const started = performance.now()
      const answer = await fetch(`${url}/charts/embeds/api/run`, {
        method: 'POST',
        body: JSON.stringify({ id: charts[at % charts.length] }),
        headers: { 'x-dl-embed-token': token },
      })
      await answer.arrayBuffer()
      if (!answer.ok) errors += 1
      times.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: viewers }, viewer))
  return { times: times.toSorted((a, b) => a - b), errors }
}

function megabytesOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}

function report({ times, errors }: Load, cpuSeconds: number, memory: readonly number[]): string {
  const at = (share: number): string => `${Math.round(times[Math.floor(times.length * share)] ?? 0)} ms`
  return [
    `${viewers} viewers for ${seconds} s: ${times.length} requests, ${errors} errors`,
    `${Math.round(times.length / seconds)} requests a second; ${Math.round(times.length / cpuSeconds)} a second of one core`,
    `median ${at(0.5)}, p99 ${at(0.99)}; memory ${memory.join(' -> ')} MiB`,
  ].join('\n')
}

const directory = mkdtempSync(join(tmpdir(), 'lenskeeper-bench-'))
const clickHouse = await startEmbeddedClickHouse({ directory, replicas: 1, admin })
try {
  const [url = ''] = clickHouse.endpoints
  const headers = { 'x-clickhouse-user': admin.username, 'x-clickhouse-key': admin.password }
  await fetch(url, { method: 'POST', body: 'CREATE DATABASE shop', headers })
  await fillDatabase(
    { ...admin, url, endpoints: clickHouse.endpoints },
    { database: 'shop', rows: 10_000 },
    never,
  )
  const { child, url: sandbox } = await serve(directory, url)
  try {
    const { pid = 0 } = child
    const token = await makeToken(sandbox)
    const [cpu, memory] = [cpuSecondsOf(pid), [megabytesOf(pid)]]
    // It grows until its heap has the size that the load needs, and then no more.
    const watch = setInterval(() => memory.push(megabytesOf(pid)), (seconds * 1000) / 6)
    const measured = await load(sandbox, token)
    clearInterval(watch)
    const text = report(measured, cpuSecondsOf(pid) - cpu, memory)
    process.stdout.write(`${JSON.stringify(environmentOf(0))}\n${text}\n`)
  } finally {
    child.kill()
  }
} finally {
  await clickHouse.stop()
  rmSync(directory, { recursive: true, force: true })
}
