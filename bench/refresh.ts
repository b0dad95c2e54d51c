/** Measures how fast the operator makes and refreshes the links of embeds, beside a bare loop. See docs/benchmarks.md. */
import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { encodeData } from '../src/api/core-objects.ts'
import { embedSigningUse, labels } from '../src/api/labels.ts'
import { apiVersion } from '../src/api/definition/resource.ts'
import { embedder } from '../src/embed/index.ts'
import { inParallel } from './api.ts'
import { paths, namespace as namespaceBody } from './objects.ts'
import { OperatorProcess } from './operator-process.ts'
import { openPlace, type Place } from './place.ts'
import { ownCpuSeconds, processorTime, spentEach, sumOf, type ProcessorTime } from './processor-time.ts'
import { sumBy } from './prometheus.ts'
import { environmentOf } from './report.ts'

const { values } = parseArgs({
  options: { sizes: { type: 'string', default: '1000' }, workers: { type: 'string', default: '16' } },
})
const workers = Number(values.workers)
const namespace = 'embeds'
const secretsPath = paths.secrets(namespace)
const embedsPath = `/apis/${apiVersion}/namespaces/${namespace}/secureembeds`
const spec = { platform: 'Yandex', kind: 'Chart', embedId: 'pgx4ekt5dj3u1' } as const

interface Row {
  readonly perSecond: number
  readonly cpuMs: ProcessorTime
  readonly writesEach?: number
  readonly peakMiB?: number
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
}

function keySecret(pem: string): string {
  const metadata = { name: 'embed-key', labels: { [labels.use]: embedSigningUse } }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    data: encodeData({ 'private.pem': pem }),
  })
}

function embedBody(name: string): string {
  const wanted = {
    ...spec,
    signingKeySecretRef: { name: 'embed-key' },
    params: [{ name: 'region', value: 'north' }],
  }
  return JSON.stringify({ apiVersion, kind: 'SecureEmbed', metadata: { name }, spec: wanted })
}

/** One signature, the PUT of the Secret and the patch of the status, and nothing else. */
async function bareLoop({ admin, account, ...place }: Place, names: readonly string[]): Promise<Row> {
  const bare = embedder({ ...spec, key: newKey(), lifetime: '1h' })
  const secretOf = (name: string, data: Record<string, string>): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'lenskeeper.dev/embed-token',
      metadata: { name },
      data: encodeData(data),
    })
  const { token, url } = await bare.sign()
  await inParallel(names, workers, async name => {
    await admin.post(embedsPath, embedBody(name))
    await account.post(secretsPath, secretOf(`${name}-embed`, { token, url, expiresAt: 'before' }))
  })
  const row = await measure({ admin, account, ...place }, names.length, ownCpuSeconds, () =>
    inParallel(names, workers, async name => {
      const link = await bare.sign()
      await account.put(
        `${secretsPath}/${name}-embed`,
        secretOf(`${name}-embed`, { ...pick(link), expiresAt: 'after' }),
      )
      await account.patch(
        `${embedsPath}/${name}/status`,
        JSON.stringify({
          status: {
            expiresAt: '2026-01-01T00:00:00Z',
            issuedAt: '2026-01-01T00:00:00Z',
            refreshAt: '2026-01-01T00:00:00Z',
          },
        }),
      )
    }),
  )
  await admin.delete(embedsPath)
  await admin.delete(secretsPath)
  return row
}

const pick = ({ token, url }: { readonly token: string; readonly url: string }) => ({ token, url })

async function measure(
  place: Place,
  embeds: number,
  clientCpu: () => number,
  work: () => Promise<void>,
): Promise<Row> {
  const before = processorTime(place, clientCpu())
  const startedAt = performance.now()
  await work()
  const seconds = (performance.now() - startedAt) / 1000
  return { perSecond: embeds / seconds, cpuMs: spentEach(before, processorTime(place, clientCpu()), embeds) }
}

/** Resolves when that many links were published in all, each embed has a fresh one, and nothing is left to do. */
async function refreshed(
  operator: OperatorProcess,
  wanted: { readonly published: number; readonly fresh: number },
): Promise<void> {
  for (;;) {
    const samples = await operator.metrics()
    const { published = 0 } = sumBy(samples, 'lenskeeper_embed_refreshes_total', 'result')
    const { fresh = 0 } = sumBy(samples, 'lenskeeper_embeds', 'state')
    if (published >= wanted.published && fresh >= wanted.fresh && (await operator.progress()).busy === 0)
      return
    // A scrape looks at every embed.
    await delay(250)
  }
}

async function writesOf(operator: OperatorProcess): Promise<number> {
  const byVerb = sumBy(await operator.metrics(), 'lenskeeper_api_requests_total', 'verb')
  return Object.entries(byVerb).reduce(
    (sum, [verb, count]) => sum + (/get|list|watch/i.test(verb) ? 0 : count),
    0,
  )
}

async function measureSize(place: Place, embeds: number): Promise<Readonly<Record<string, Row>>> {
  const names = Array.from({ length: embeds }, (_, at) => `lobby-${String(at).padStart(5, '0')}`)
  const bare = await bareLoop(place, names.slice(0, 2000))
  await place.admin.post(secretsPath, keySecret(newKey()))
  await inParallel(names, workers, async name => void (await place.admin.post(embedsPath, embedBody(name))))
  const operator = await OperatorProcess.start(place, { workers })
  const cost = async (work: () => Promise<void>): Promise<Row> => {
    await operator.forgetPeak()
    const before = await writesOf(operator)
    const row = await measure(place, embeds, () => operator.cpuSeconds(), work)
    return { ...row, writesEach: ((await writesOf(operator)) - before) / embeds, peakMiB: operator.peakMiB() }
  }
  const first = await cost(() => refreshed(operator, { published: embeds, fresh: embeds }))
  const refresh = await cost(async () => {
    await place.admin.put(`${secretsPath}/embed-key`, keySecret(newKey()))
    await refreshed(operator, { published: 2 * embeds, fresh: embeds })
  })
  await operator.stop()
  return {
    'first links, at the start': first,
    'refresh of all, by a new key': refresh,
    'the bare loop': bare,
  }
}

function show(embeds: number, rows: Readonly<Record<string, Row>>): string {
  const bare = rows['the bare loop']
  const lines = Object.entries(rows).map(([name, { perSecond, cpuMs, writesEach, peakMiB }]) => {
    const share = (perSecond / (bare?.perSecond ?? Number.NaN)).toFixed(2)
    const byCpu = (sumOf(bare?.cpuMs ?? cpuMs) / sumOf(cpuMs)).toFixed(2)
    const cells = [
      perSecond.toFixed(0),
      share,
      byCpu,
      cpuMs.client.toFixed(2),
      cpuMs.apiServer.toFixed(2),
      writesEach?.toFixed(2) ?? '',
      peakMiB?.toFixed(0) ?? '',
    ]
    return `| ${name} | ${cells.join(' | ')} |`
  })
  const head = `| ${embeds} embeds | a second | of the loop | by CPU | own CPU, ms | API server and etcd, ms | writes each | peak RSS, MiB |\n|---|--:|--:|--:|--:|--:|--:|--:|`
  return `${head}\n${lines.join('\n')}\n\n`
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)
process.stdout.write(`\n${JSON.stringify(environmentOf(workers))}\n\n`)
for (const size of values.sizes.split(',').map(Number)) {
  const place = await openPlace({ connections: workers, fromSource: false, onProgress: say })
  try {
    await place.admin.post(paths.namespaces, namespaceBody(namespace))
    process.stdout.write(show(size, await measureSize(place, size)))
  } finally {
    await place.close()
  }
}
