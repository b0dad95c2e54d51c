import { expect, test } from 'vitest'
import { launchChromium, sourceOf } from './chromium.ts'

test.each([
  ['the package, where it runs', {}, 'linux', 'x64', 'package'],
  ['an installed one on another processor', {}, 'linux', 'arm64', 'installed'],
  ['an installed one on another system', {}, 'darwin', 'x64', 'installed'],
  ['the one that is named', { CHROME_PATH: '/opt/chrome' }, 'linux', 'x64', { path: '/opt/chrome' }],
  ['the package, where the name is empty', { CHROME_PATH: '' }, 'linux', 'x64', 'package'],
])('the browser is %s', (_name, env, platform, arch, source) => {
  expect(sourceOf({ env, platform, arch })).toEqual(source)
})

test('without a browser, what to do is said', async () => {
  const machine = { env: { CHROME_PATH: '/nowhere/chrome' }, platform: process.platform, arch: process.arch }
  await expect(launchChromium(machine)).rejects.toThrow(
    'CHROME_PATH, which is /nowhere/chrome, did not start. Set CHROME_PATH to',
  )
})
