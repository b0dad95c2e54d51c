import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import { chromium, type Browser, type LaunchOptions } from 'playwright-core'
import { cacheFolder } from '../../src/dev/user-folders.ts'

const require = createRequire(import.meta.url)

/** Where a Chromium comes from. */
export type ChromiumSource = { readonly path: string } | 'package' | 'installed'

export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  readonly arch: string
}

/**
 * A Chromium of one's own: the one at CHROME_PATH, else that of the npm package `@sparticuz/chromium` where it runs,
 * else an installed Chrome. None is an error that says what to do. The caller closes it.
 */
export async function launchChromium(machine: Machine = process): Promise<Browser> {
  const source = sourceOf(machine)
  try {
    return await chromium.launch(await launchOptions(source, machine))
  } catch (error) {
    throw new Error(
      `These tests drive a Chromium, and ${describe(source)} did not start. ` +
        'Set CHROME_PATH to a Chrome or Chromium of this machine, or install Google Chrome.',
      { cause: error },
    )
  }
}

export function sourceOf({ env, platform, arch }: Machine): ChromiumSource {
  if (env['CHROME_PATH']) return { path: env['CHROME_PATH'] }
  return platform === 'linux' && arch === 'x64' ? 'package' : 'installed'
}

async function launchOptions(source: ChromiumSource, machine: Machine): Promise<LaunchOptions> {
  if (source === 'installed') return { channel: 'chrome' }
  return { executablePath: source === 'package' ? await unpack(machine) : source.path }
}

function describe(source: ChromiumSource): string {
  if (source === 'package') return 'the one of the npm package @sparticuz/chromium'
  return source === 'installed' ? 'no installed Chrome' : `CHROME_PATH, which is ${source.path},`
}

/**
 * The executable of the package, unpacked into the user's cache once a version. The package's own way unpacks in
 * place, so that of two processes the second starts half a file.
 */
async function unpack({ env }: Machine): Promise<string> {
  const folder = join(dirname(require.resolve('@sparticuz/chromium')), '..')
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }
  const cache = join(cacheFolder(env), 'chromium')
  const executable = join(cache, version)
  if (existsSync(executable)) return executable
  await mkdir(cache, { recursive: true })
  const partial = `${executable}.${process.pid}`
  await pipeline(
    createReadStream(join(folder, 'bin', 'chromium.br')),
    createBrotliDecompress(),
    createWriteStream(partial, { mode: 0o755 }),
  )
  await rename(partial, executable)
  return executable
}
