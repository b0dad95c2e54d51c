import { expect, test } from 'vitest'
import type { Call } from '../../../src/kube/call/call.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import { ResourceClient } from '../../../src/kube/objects/resource-client.ts'
import { secrets } from '../../../src/kube/objects/resources.ts'

const forever = new AbortController().signal
const MiB = 1024 * 1024

/** A server with Secrets of these sizes, behind a transport that takes no more than the call says. */
function clientOf(sizes: readonly number[]) {
  const asked: [limit: number, mostBytes: number][] = []
  const request = async ({ query = {}, mostBytes = 16 * MiB }: Call): Promise<unknown> => {
    const limit = Number(query['limit'])
    const from = Number(query['continue'] ?? 0)
    asked.push([limit, mostBytes])
    const page = sizes.slice(from, from + limit)
    if (page.reduce((sum, size) => sum + size, 0) > mostBytes) throw new KubeError('answerTooLarge', 'more')
    const end = from + page.length
    return {
      items: page.map((_, at) => ({ metadata: { name: `s${from + at}` } })),
      metadata: { resourceVersion: '1', ...(end < sizes.length ? { continue: String(end) } : {}) },
    }
  }
  return { client: new ResourceClient(Object.assign({} as never, { request }), secrets), asked }
}

test('a list of large objects is taken in short pages of few megabytes, and a single one however large', async () => {
  const sizes = [...Array<number>(40).fill(1.4 * MiB), 12 * MiB]
  const { client, asked } = clientOf(sizes)
  expect(await client.list({}, forever)).toHaveLength(41)
  for (const [limit, mostBytes] of asked) expect(mostBytes).toBe((limit === 1 ? 16 : 4) * MiB)
})

test('a list of ordinary objects takes no call more', async () => {
  const { client, asked } = clientOf(Array<number>(1_200).fill(4_096))
  expect(await client.list({}, forever)).toHaveLength(1_200)
  expect(asked).toHaveLength(3)
})
