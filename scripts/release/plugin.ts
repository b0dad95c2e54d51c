/** The kubectl plug-in as one program that needs nothing beside it: Node with our script in it. */
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withNote } from './elf.ts'
import { nodeFor, type Target } from './node-programs.ts'

const run = promisify(execFile)

/** Node's own words for what it looks for in itself. */
const name = 'NODE_SEA_BLOB'
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

/** For macOS, which only this tool knows: pinned, and run by the release’s workflow. */
const postject = 'postject@1.0.0-alpha.6'

export interface Plugin {
  readonly program: Buffer
  readonly nodeLicense: Buffer
}

/** @param script one CommonJS file */
export async function buildPlugin(script: Buffer, target: Target): Promise<Plugin> {
  const [blob, node] = await Promise.all([blobOf(script), nodeFor(target)])
  const isMac = target.startsWith('darwin')
  const program = isMac ? await injectOnMac(node.program, blob) : injectOnLinux(node.program, blob)
  return { program, nodeLicense: node.license }
}

/** The same for every machine, as it holds no code that is compiled already. */
async function blobOf(script: Buffer): Promise<Buffer> {
  return await inFolder(async folder => {
    const config = { main: 'lenskeeper.cjs', output: 'blob', disableExperimentalSEAWarning: true }
    await writeFile(join(folder, config.main), script)
    await writeFile(join(folder, 'config.json'), JSON.stringify(config))
    await run(process.execPath, ['--experimental-sea-config', 'config.json'], { cwd: folder })
    return await readFile(join(folder, config.output))
  })
}

function injectOnLinux(node: Buffer, blob: Buffer): Buffer {
  const program = withNote(node, name, blob)
  const at = program.indexOf(`${fuse}:0`)
  if (at < 0 || program.indexOf(`${fuse}:0`, at + 1) >= 0) throw new Error('this Node takes no script')
  program.write('1', at + fuse.length + 1)
  return program
}

async function injectOnMac(node: Buffer, blob: Buffer): Promise<Buffer> {
  return await inFolder(async folder => {
    const [program, script] = [join(folder, 'lenskeeper'), join(folder, 'blob')]
    await writeFile(program, node)
    await writeFile(script, blob)
    await chmod(program, 0o755)
    await run('codesign', ['--remove-signature', program])
    const options = ['--sentinel-fuse', fuse, '--macho-segment-name', 'NODE_SEA']
    await run('npx', ['--yes', postject, program, name, script, ...options])
    await run('codesign', ['--sign', '-', program])
    return await readFile(program)
  })
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-plugin-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
