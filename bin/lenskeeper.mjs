#!/usr/bin/env node
// The program of a checkout. It needs Node 24; an older Node hands over to the one that npm installed beside it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const at = path => fileURLToPath(new URL(`../${path}`, import.meta.url))
const [major = 0] = process.versions.node.split('.').map(Number)

if (major >= 24) await import('../src/main.ts')
else handOver(at('node_modules/node/bin/node'))

function handOver(node) {
  if (!existsSync(node)) {
    process.stderr.write(
      `lenskeeper needs Node 24 or newer, and this is ${process.versions.node}. "npm install" in ${at('.')} brings one for it.\n`,
    )
    process.exitCode = 2
    return
  }
  const child = spawn(node, [at('src/main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' })
  // A terminal tells both of Ctrl-C. What is meant for this process alone has to be told on.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1
    else {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    }
  })
}
