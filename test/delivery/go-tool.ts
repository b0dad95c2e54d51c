/** Programs of others that are had as Go modules: pinned in a folder beside this file, built once, and kept. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kept } from '../cluster/kept.ts'

const run = promisify(execFile)

/** By program: the folder of its module, and the package in it. Two of one module are of one version. */
const programs = {
  actionlint: ['actionlint', 'github.com/rhysd/actionlint/cmd/actionlint'],
  ageKeygen: ['sops', 'filippo.io/age/cmd/age-keygen'],
  flux: ['flux', '.'],
  helm: ['helm', 'helm.sh/helm/v3/cmd/helm'],
  kind: ['kind', 'sigs.k8s.io/kind'],
  krew: ['krew', 'sigs.k8s.io/krew/cmd/validate-krew-manifest'],
  kstatus: ['kstatus', '.'],
  kubeseal: ['kubeseal', 'github.com/bitnami-labs/sealed-secrets/cmd/kubeseal'],
  lua: ['lua', '.'],
  prometheus: ['prometheus', 'github.com/prometheus/prometheus/cmd/prometheus'],
  promtool: ['prometheus', 'github.com/prometheus/prometheus/cmd/promtool'],
  sops: ['sops', 'github.com/getsops/sops/v3/cmd/sops'],
  typed: ['typed', '.'],
} as const satisfies Readonly<Record<string, readonly [module: string, target: string]>>

export type GoTool = keyof typeof programs

export const goTools = Object.keys(programs) as readonly GoTool[]

const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags=-s -w']

/** The path of the program. @param onBuild is called when it has to be built first, which takes seconds to minutes */
export async function goTool(tool: GoTool, onBuild: () => void = () => undefined): Promise<string> {
  const [name, target] = programs[tool]
  const module = join(import.meta.dirname, name)
  const folder = await kept({ what: tool, key: await keyOfModule(module) }, async unfinished => {
    onBuild()
    await run('go', ['build', ...flags, '-o', join(unfinished, tool), target], {
      cwd: module,
      env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
    })
  })
  return join(folder, tool)
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
