// Makes a fresh clone runnable. Runs on whatever Node the machine has (20 or newer), before any dependency
// exists, so it uses nothing but Node itself. It installs exactly what the lock file says, and only when the
// lock file has changed since the last install. With `control-plane`, what that is built from is begun meanwhile.
import { createHash } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beginControlPlane } from './build-ahead.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = `${root}node_modules/.lenskeeper-setup`
const wanted = createHash('sha256')
  .update(readFileSync(`${root}package.json`))
  .update(readFileSync(`${root}package-lock.json`))
  .update(`${process.platform} ${process.arch}`)
  .digest('hex')

const done = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
if (!done) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    console.error(`Node 20 or newer is needed to install (this is ${process.version}).`)
    process.exit(1)
  }
  const end = process.argv.includes('control-plane') ? beginControlPlane(root) : undefined
  console.error('Installing dependencies (about a minute the first time) …')
  // Not `npm ci`, which refuses a lock file that lacks the optional packages of other platforms. This one holds
  // to the versions and hashes of the lock file too, and leaves that file alone.
  const npm = spawn('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  // Neither may go on unseen. Ctrl-C they hear themselves.
  process.once('SIGTERM', () => {
    npm.kill()
    end?.()
    process.kill(process.pid, 'SIGTERM')
  })
  const [code] = await once(npm, 'close').finally(() => end?.())
  // npm has said why.
  if (code !== 0) process.exit(code ?? 1)
  writeFileSync(stamp, wanted)
}
