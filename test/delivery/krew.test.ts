/** krew's own word on the manifest of the plug-in. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderKrewManifest, type PluginArchive } from '../../scripts/krew-manifest.ts'
import { goTool } from './go-tool.ts'

let validator: string
let folder: string
beforeAll(async () => {
  validator = await goTool('krew')
  folder = await mkdtemp(join(tmpdir(), 'lenskeeper-krew-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function archives(sha256: string): readonly PluginArchive[] {
  return (['linux', 'darwin'] as const).flatMap(os =>
    (['amd64', 'arm64'] as const).map(arch => ({
      os,
      arch,
      uri: `https://git.example/lenskeeper/releases/download/v1.2.3/lenskeeper-${os}-${arch}.tar.gz`,
      sha256,
    })),
  )
}

/** Rejects with what it complains of. krew looks at the manifest alone: nothing is downloaded. */
async function validate(sha256: string): Promise<void> {
  // Its name has to be the plug-in's.
  const manifest = join(folder, 'lenskeeper.yaml')
  const homepage = 'https://git.example/lenskeeper'
  await writeFile(manifest, renderKrewManifest({ version: '1.2.3', homepage, archives: archives(sha256) }))
  await promisify(execFile)(validator, ['-manifest', manifest, '-skip-install'])
}

test('krew takes it, for every platform', async () => {
  await validate('a'.repeat(64))
})

test('and would not take any', async () => {
  await expect(validate('not a checksum')).rejects.toThrow()
})
