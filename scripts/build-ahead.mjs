// While npm waits for the network and the disk, Go begins to compile what the control plane is built from. What it has
// done by then is in Go's cache, where src/dev/control-plane/build.ts finds it: nothing else depends on it. Runs on
// whatever Node the machine has, as setup.mjs does.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Returns what ends it. Undefined where there is a control plane, or one of any checkout was built here. */
export function beginControlPlane(root) {
  const { KUBEBUILDER_ASSETS, KUBECONFIG_TEST } = process.env
  if (KUBEBUILDER_ASSETS || KUBECONFIG_TEST || wasBuilt()) return undefined
  const { env, flags } = JSON.parse(readFileSync(join(root, 'src/dev/control-plane/go-build.json'), 'utf8'))
  const go = spawn('go', ['build', ...flags, 'tool'], {
    cwd: join(root, 'test/control-plane'),
    env: { ...process.env, ...env },
    stdio: 'ignore',
  })
  // Without Go, or when it fails, the build itself says what would help.
  go.on('error', () => {})
  go.unref()
  // Go ends what it is at before it goes, and keeps it.
  return () => void go.kill('SIGINT')
}

/** Also told where nobody has a home: what needs one says so later. */
function wasBuilt() {
  try {
    const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
    return existsSync(join(cache, 'lenskeeper', 'control-plane'))
  } catch {
    return true
  }
}
