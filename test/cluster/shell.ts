/** Runs a command as it is printed for people: in a shell, with `kubectl` as the admin. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { adminKubeconfig, kubectlPath } from './cluster.ts'

/**
 * What it prints. Rejects when it fails.
 *
 * @param files what lies in the directory where it runs, by name
 */
export async function runPrinted(command: string, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-shell-'))
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
    const env = {
      PATH: [dirname(kubectlPath()), process.env.PATH].join(delimiter),
      KUBECONFIG: adminKubeconfig(),
      // What kubectl remembers of servers goes by address, and another one may have had this port.
      HOME: directory,
    }
    return (await promisify(execFile)('sh', ['-c', command], { cwd: directory, env })).stdout
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
