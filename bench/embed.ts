/** Measures how many links a processor signs, and what a bare signature costs. See docs/benchmarks.md. */
import { constants, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { embedder, keyFile, type KeySource } from '../src/embed/index.ts'
import { inParallel } from './api.ts'
import { ownCpuSeconds } from './processor-time.ts'
import { environmentOf } from './report.ts'

type Work = () => Promise<unknown>

const rounds = 10
const each = 1_000
/** As many at once as keep Node's thread pool busy. */
const width = 8

/** The bare signature first: what the rest is compared with. */
async function worksWith(key: KeyObject, path: string): Promise<Readonly<Record<string, Work>>> {
  const params = { tenant: 'acme', region: ['north', 'south'] }
  const embedderWith = (key: KeySource) =>
    embedder({ platform: 'Yandex', kind: 'Dashboard', embedId: 'pgx4ekt5dj3u1', key, required: ['tenant'] })
  const inMemory = embedderWith(key)
  const fromFile = embedderWith(keyFile(path))
  const handle = fromFile.endpoint(() => params)
  const headers = { 'X-Lens-Embed': '1', 'Sec-Fetch-Site': 'same-origin' }
  const { token } = await inMemory.sign({ params })
  const signed = Buffer.from(token.slice(0, token.lastIndexOf('.')))
  const scheme = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  const bare = promisify(sign)
  return {
    'crypto.sign alone': () => bare('sha256', signed, { key, ...scheme }),
    'sign, key in memory': () => inMemory.sign({ params }),
    'sign, key in a file': () => fromFile.sign({ params }),
    'endpoint, key in a file': () =>
      handle(new Request('https://portal.example/', { method: 'POST', headers })).then(answer =>
        answer.json(),
      ),
  }
}

/** Seconds of processor time, all threads, for one. The works take turns, so that all meet the same machine. */
async function measure(works: Readonly<Record<string, Work>>): Promise<ReadonlyMap<string, number>> {
  const seconds = new Map<string, number>()
  for (let round = 0; round <= rounds; round++) {
    for (const [name, work] of Object.entries(works)) {
      const before = ownCpuSeconds()
      await inParallel(Array.from({ length: each }), width, async () => void (await work()))
      // The first round warms up.
      if (round > 0)
        seconds.set(name, (seconds.get(name) ?? 0) + (ownCpuSeconds() - before) / (rounds * each))
    }
  }
  return seconds
}

const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-bench-embed-'))
try {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const path = join(folder, 'private.pem')
  await writeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const measured = [...(await measure(await worksWith(privateKey, path)))]
  const [[, bare] = ['', 0]] = measured
  process.stdout.write(`\n${JSON.stringify(environmentOf(width))}\n\n`)
  process.stdout.write('| RSA 2048 | a second a core | CPU each, ms | bare signatures |\n|---|--:|--:|--:|\n')
  for (const [name, seconds] of measured) {
    const figures = [Math.round(1 / seconds), (seconds * 1000).toFixed(3), (seconds / bare).toFixed(2)]
    process.stdout.write(`| ${name} | ${figures.join(' | ')} |\n`)
  }
} finally {
  await rm(folder, { recursive: true })
}
