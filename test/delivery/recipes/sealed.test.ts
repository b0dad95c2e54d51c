/** A Secret sealed by the real kubeseal: what comes out is what went in, with the label that offers its key. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { makeTestCertificate } from '../../proxies/test-certificate.ts'
import { signingKey, signingPair } from '../../scenarios/embeds.ts'
import { goTool } from '../go-tool.ts'

let folder: string
let kubeseal: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lenskeeper-sealed-'))
  kubeseal = await goTool('kubeseal')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(args: readonly string[], input: string): string {
  const env = { HOME: folder, KUBECONFIG: '/dev/null' }
  const { status, stdout, stderr } = spawnSync(kubeseal, args, { cwd: folder, env, input, encoding: 'utf8' })
  expect({ status, stderr }).toMatchObject({ status: 0 })
  return stdout
}

test('only the sealing key opens it, and the label is in the template', () => {
  const secret = signingKey('lobby-signing-key', signingPair('lobby').privatePem, 'portal')
  const { certPem, keyPem } = makeTestCertificate()
  writeFileSync(join(folder, 'sealing.pem'), certPem)
  writeFileSync(join(folder, 'sealing.key'), keyPem)
  const sealed = run(['--cert', 'sealing.pem', '-o', 'yaml'], JSON.stringify(secret))
  expect(sealed).not.toContain(secret.data?.['private.pem'] ?? '')
  expect(parse(sealed)).toMatchObject({
    kind: 'SealedSecret',
    spec: { template: { metadata: { labels: secret.metadata.labels } } },
  })
  const open = ['--recovery-unseal', '--recovery-private-key', 'sealing.key', '-o', 'yaml']
  const opened = parse(run(open, sealed)) as typeof secret
  expect(opened.data).toEqual(secret.data)
  expect(opened.metadata).toMatchObject(secret.metadata)
})
