/** The overlays that pages show, by kubectl's own kustomize, with the addresses in them leading to this checkout. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { allPages, root } from '../../docs/pages.ts'
import { objectsIn } from '../helm.ts'

const repository = 'https://git.example/lenskeeper.git'
const tag = 'v0.1.0'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lenskeeper-overlay-'))
  const remote = join(folder, 'remote')
  for (const part of ['deploy', 'crds']) cpSync(join(root, part), join(remote, part), { recursive: true })
  const git = (...args: readonly string[]): void =>
    void execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], {
      cwd: remote,
    })
  git('init', '-q', '.')
  git('add', '.')
  git('commit', '-qm', 'all')
  git('tag', tag)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function kustomize(path: string) {
  const env = {
    ...process.env,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `url.${join(folder, 'remote')}.insteadOf`,
    GIT_CONFIG_VALUE_0: repository,
  }
  const output = execFileSync(inject('kubectl'), ['kustomize', path], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  })
  return objectsIn(output)
}

const overlays = allPages().flatMap(({ path, fences }) =>
  fences
    .filter(({ text }) => text.includes('kind: Kustomization') && text.includes('?ref='))
    .map(({ text, line }) => {
      const [, base = ''] = /\.git\/(\S+?)\?ref=/.exec(text) ?? []
      return { where: `${path}:${line}`, text, base }
    }),
)

test.each(overlays.map(overlay => [overlay.where, overlay] as const))(
  '%s builds what lies in that folder',
  (_, { text, base }) => {
    const own = mkdtempSync(join(folder, 'own-'))
    writeFileSync(join(own, 'kustomization.yaml'), text)
    const named = (path: string) =>
      kustomize(path)
        .map(({ kind, metadata }) => `${kind} ${metadata?.namespace}/${metadata?.name}`)
        .toSorted()
    expect(named(own)).toEqual(named(join(root, base)))
    const image = /newName: (\S+?), newTag: ([^}]+)/.exec(text)
    if (image !== null) expect(JSON.stringify(kustomize(own))).toContain(`"${image[1]}:${image[2]}"`)
  },
)

test('there are such overlays', () => {
  expect(overlays.map(({ base }) => base).toSorted()).toEqual(['deploy', 'deploy/monitoring'])
})
