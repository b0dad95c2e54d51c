/** ClickHouse's engine of another release: a Python package that is installed once, by its hash, and kept. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kept } from '../../cluster/kept.ts'

const run = promisify(execFile)
const source = join(import.meta.dirname, 'engine.py')

/** @returns the program for CLICKHOUSE_ENGINE */
export async function engineProgram(requirements: string): Promise<string> {
  const [text, python] = await Promise.all([readFile(source, 'utf8'), installed(requirements)])
  const folder = await kept({ what: 'engine', key: keyOf([text, python]) }, async unfinished => {
    await writeFile(join(unfinished, 'engine'), `#!${python}\n${text}`, { mode: 0o755 })
  })
  return join(folder, 'engine')
}

/** @returns a Python that has the package */
async function installed(requirements: string): Promise<string> {
  const pinned = await readFile(requirements, 'utf8')
  const key = keyOf([pinned, process.platform, process.arch, await pythonVersion()])
  const folder = await kept({ what: 'engine-package', key }, async unfinished => {
    await run('python3', ['-m', 'venv', unfinished])
    const flags = ['--quiet', '--no-deps', '--require-hashes', '--only-binary', ':all:']
    await run(join(unfinished, 'bin/python'), ['-m', 'pip', 'install', ...flags, '-r', requirements])
  })
  return join(folder, 'bin/python')
}

function keyOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20)
}

/** The release of a program, as it says itself. */
export async function versionOf(program: string): Promise<string> {
  return (await run(program, ['--version'])).stdout.trim()
}

/** The release of the engine that npm has. */
export async function usualEngineVersion(): Promise<string> {
  const script = "import { query } from 'chdb'; console.log(query('SELECT version()', 'TSVRaw'))"
  const args = ['--input-type=module', '--eval', script]
  return (await run(process.execPath, args, { cwd: import.meta.dirname })).stdout.trim()
}

async function pythonVersion(): Promise<string> {
  try {
    return (await run('python3', ['-c', 'import sys; print(sys.version)'])).stdout
  } catch (error) {
    throw new Error(
      'Python 3.9 or newer is needed, with venv: the engines of other releases are in its packages',
      {
        cause: error,
      },
    )
  }
}
