/** kind's own word on the cluster that `npm run kind` asks it for. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clusterConfig, createCluster } from '../kind/cluster.ts'
import { goTool } from './go-tool.ts'

let kind: string
let folder: string
beforeAll(async () => {
  kind = await goTool('kind')
  folder = mkdtempSync(join(tmpdir(), 'lenskeeper-kind-config-'))
  // Whatever this machine has, no cluster is made: kind reads what it is asked for before it asks the engine.
  writeFileSync(join(folder, 'docker'), '#!/bin/sh\necho "no engine" >&2\nexit 1\n')
  chmodSync(join(folder, 'docker'), 0o755)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What it complains of. */
async function complaintOf(config: string): Promise<string> {
  let said = ''
  const run = (args: readonly string[]): Promise<string> => {
    const env = { PATH: folder, HOME: folder, KIND_EXPERIMENTAL_PROVIDER: 'docker' }
    said = spawnSync(kind, args, { cwd: folder, env, input: config, encoding: 'utf8' }).stderr
    return Promise.resolve('')
  }
  await createCluster({ kind: run }, { kubeconfig: join(folder, 'kubeconfig'), ports: [1, 2] })
  return said
}

test('kind takes it, and would not take any', async () => {
  const config = clusterConfig([1, 2])
  expect(await complaintOf(config)).toMatch(/failed to get docker info[^]*no engine/)
  const wrong = config.replace('extraPortMappings', 'extraPortMapings')
  expect(await complaintOf(wrong)).toMatch(/unable to decode config[^]*extraPortMapings not found/)
})
