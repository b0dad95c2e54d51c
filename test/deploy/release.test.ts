// The parts of a release that need no build: what is asked for, archives, notes, the list of what is inside. The whole
// is made in test/delivery/.
import { execFileSync } from 'node:child_process'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { archivesIn } from '../../scripts/krew-manifest.ts'
import { readRequest } from '../../scripts/release.ts'
import { tarGz } from '../../scripts/release/archive.ts'
import { notesOf } from '../../scripts/release/changelog.ts'
import { pinned } from '../../scripts/release/node-programs.ts'
import { renderSbom } from '../../scripts/release/sbom.ts'
import manifest from '../../package.json' with { type: 'json' }
import { root } from './manifests.ts'

describe('what is asked for', () => {
  test('is read', () => {
    const digest = `sha256:${'0a'.repeat(32)}`
    const args = ['--version', '1.2.3-rc.1', '--image', 'registry.example:5000/a/b', '--digest', digest]
    expect(readRequest([...args, '--targets', 'linux_arm64', '--outdir', '/x'])).toEqual({
      version: '1.2.3-rc.1',
      image: 'registry.example:5000/a/b',
      digest,
      targets: ['linux_arm64'],
      outdir: '/x',
    })
  })

  test.each([
    [[], /--version is missing/],
    [['--version', 'v1.2.3'], /without a "v"/],
    [['--version', '1.2'], /three numbers/],
    [['--version', '01.2.3'], /three numbers/],
    [['--version', '1.2.3/../x'], /three numbers/],
    [['--version', '1.2.3', '--image', 'a b'], /--image/],
    [['--version', '1.2.3', '--digest', 'sha256:12'], /--digest/],
    [['--version', '1.2.3', '--targets', 'linux_amd64,plan9'], /no plan9/],
  ])('%j: what is wrong is said', (args, words) => {
    expect(readRequest(args)).toMatch(words)
  })

  test('is made of the Node that tests run on', () => {
    expect(pinned.version).toBe(manifest.devDependencies.node)
  })
})

describe('an archive', () => {
  const files = [
    { path: `b/${'x'.repeat(90)}/${'y'.repeat(90)}`, content: Buffer.from('long') },
    { path: 'a', content: Buffer.alloc(513, 'z'), isProgram: true },
    { path: 'empty', content: Buffer.alloc(0) },
  ]

  test('is read by tar, with the names, sizes and rights that were put in', () => {
    const listing = execFileSync('tar', ['-tvzf', '-'], {
      input: tarGz(files, 86_400),
      env: { TZ: 'UTC' },
    }).toString()
    const rows = listing
      .trim()
      .split('\n')
      .map(line => line.split(/\s+/))
    expect(rows.map(([rights, owner, size, day, , name]) => [rights, owner, size, day, name])).toEqual([
      ['-rwxr-xr-x', '0/0', '513', '1970-01-02', 'a'],
      ['-rw-r--r--', '0/0', '4', '1970-01-02', files[0]?.path],
      ['-rw-r--r--', '0/0', '0', '1970-01-02', 'empty'],
    ])
  })

  test('is the same in whatever order its files come, and says nothing of its maker', () => {
    const one = tarGz(files, 1)
    expect(tarGz(files.toReversed(), 1).equals(one)).toBe(true)
    expect([...one.subarray(4, 10)]).toEqual([0, 0, 0, 0, 0, 255])
    expect(gunzipSync(one).length % 512).toBe(0)
  })

  test('refuses a name that it cannot hold', () => {
    for (const path of ['x'.repeat(101), 'ä', `${'x'.repeat(200)}/y`])
      expect(() => tarGz([{ path, content: Buffer.alloc(0) }], 0)).toThrow(path)
  })
})

describe('notes', () => {
  const changelog =
    '# Changelog\n\nWords.\n\n## [Unreleased]\n\n- next\n\n## [1.0.0] - 2026-01-02\n\n### Added\n\n- a thing\n\n[1.0.0]: x\n'

  test.each([
    ['1.0.0', '# Lenskeeper 1.0.0\n\n### Added\n\n- a thing\n\n[1.0.0]: x\n'],
    ['1.1.0', '# Lenskeeper 1.1.0\n\n- next\n'],
  ])('of %s', (version, notes) => {
    expect(notesOf(changelog, version)).toBe(notes)
  })

  test('have to be written', () => {
    for (const text of ['# Changelog\n', '# Changelog\n\n## [Unreleased]\n\n## [0.9.0]\n\n- old\n'])
      expect(() => notesOf(text, '1.0.0')).toThrow(/say what is new/)
  })
})

describe('the archives for krew', () => {
  const names = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64'].map(
    target => `kubectl-lenskeeper_1.2.3_${target}.tar.gz`,
  )
  const sums = names.map((name, index) => `${String(index).repeat(64)}  ${name}\n`).join('')

  test('are those of the checksums, each with its own', () => {
    expect(
      archivesIn(sums, '1.2.3', 'https://git.example/v1.2.3').map(({ uri, sha256 }) => [uri, sha256]),
    ).toEqual(names.map((name, index) => [`https://git.example/v1.2.3/${name}`, String(index).repeat(64)]))
  })

  test('are all there, or there is no manifest', () => {
    expect(() => archivesIn(sums.replaceAll('darwin_arm64', 'plan9'), '1.2.3', '')).toThrow(/darwin_arm64/)
    expect(() => archivesIn(sums, '1.2.4', '')).toThrow(/1\.2\.4/)
  })
})

test('the list of what is inside names each package once, with its licence and the digest that npm has', () => {
  const folders = ['node_modules/@kubernetes/client-node', 'node_modules/undici']
  const text = renderSbom({ root, folders, seconds: 0 })
  expect(renderSbom({ root, folders, seconds: 0 })).toBe(text)
  const { packages, relationships, creationInfo } = JSON.parse(text) as {
    readonly packages: readonly Readonly<Record<string, unknown>>[]
    readonly relationships: readonly object[]
    readonly creationInfo: object
  }
  expect(packages.map(({ name, versionInfo }) => `${String(name)} ${String(versionInfo)}`)).toEqual([
    `lenskeeper ${manifest.version}`,
    `@kubernetes/client-node ${manifest.dependencies['@kubernetes/client-node']}`,
    `undici ${manifest.dependencies.undici}`,
    `node ${manifest.devDependencies.node}`,
  ])
  for (const one of packages.slice(1, 3))
    expect(one).toMatchObject({
      checksums: [{ checksumValue: expect.stringMatching(/^[0-9a-f]{128}$/) as string }],
    })
  expect(relationships).toHaveLength(packages.length)
  expect(creationInfo).toMatchObject({ created: '1970-01-01T00:00:00Z' })
})
