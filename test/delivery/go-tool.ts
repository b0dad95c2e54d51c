/** Programs of others that are had as Go modules: pinned in a folder beside this file, built once, and kept. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemClock } from '../../src/core/clock.ts'
import { withLock } from '../../src/dev/control-plane/file-lock.ts'

const run = promisify(execFile)
const forever = new AbortController().signal

/** By program: the folder of its module, and the package in it. Two of one module are of one version. */
const programs = {
  actionlint: ['actionlint', 'github.com/rhysd/actionlint/cmd/actionlint'],
  flux: ['flux', '.'],
  helm: ['helm', 'helm.sh/helm/v3/cmd/helm'],
  krew: ['krew', 'sigs.k8s.io/krew/cmd/validate-krew-manifest'],
  kstatus: ['kstatus', '.'],
  kubeseal: ['kubeseal', 'github.com/bitnami-labs/sealed-secrets/cmd/kubeseal'],
  lua: ['lua', '.'],
  prometheus: ['prometheus', 'github.com/prometheus/prometheus/cmd/prometheus'],
  promtool: ['prometheus', 'github.com/prometheus/prometheus/cmd/promtool'],
  typed: ['typed', '.'],
} as const satisfies Readonly<Record<string, readonly [module: string, target: string]>>

export type GoTool = keyof typeof programs

/** The path of the program. Whoever asks while another process builds it waits for that. */
export async function goTool(tool: GoTool): Promise<string> {
  const module = join(import.meta.dirname, programs[tool][0])
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lenskeeper', tool)
  const target = join(folder, await keyOfModule(module))
  if (!existsSync(target)) {
    await mkdir(folder, { recursive: true })
    const build = (): Promise<void> => buildInto(target, { tool, module })
    await withLock(`${target}.lock`, build, { clock: systemClock, onWait: () => undefined }, forever)
  }
  return join(target, tool)
}

/** Another one for every change of any file there: of what is depended on, and of code of our own. */
export async function keyOfModule(module: string): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`)
  for (const name of (await readdir(module)).toSorted()) {
    const text = await readFile(join(module, name))
    hash.update(`\n${name} ${text.length}\n`).update(text)
  }
  return hash.digest('hex').slice(0, 20)
}

async function buildInto(
  target: string,
  { tool, module }: { readonly tool: GoTool; readonly module: string },
): Promise<void> {
  if (existsSync(target)) return
  // A build that was cut short is never taken for a finished one.
  const unfinished = await mkdtemp(`${target}.unfinished-`)
  const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags=-s -w']
  try {
    await run('go', ['build', ...flags, '-o', join(unfinished, tool), programs[tool][1]], {
      cwd: module,
      env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
    })
    await rename(unfinished, target)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}
