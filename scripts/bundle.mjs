#!/usr/bin/env node
// Bundles the program for the image: dist/lenskeeper.mjs, the chunks that its commands load when they need them,
// and the licences of everything that went in. What comes out runs without node_modules.
//
//   node scripts/bundle.mjs [--outdir=dist] [--shebang=/usr/bin/env node]
//
// With --single it is one CommonJS file instead, lenskeeper.cjs, which is what a self-contained program can hold, and
// packages.json says which packages went in.
import { chmodSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: {
    outdir: { type: 'string', default: join(root, 'dist') },
    shebang: { type: 'string', default: '/usr/bin/env node' },
    single: { type: 'boolean', default: false },
  },
})
const outdir = resolve(values.outdir)

// The demo, dev and sandbox commands start or build programs of a checkout, so that the image has neither them nor the
// embedded ClickHouse.
const fromCheckoutOnly = {
  name: 'from-checkout-only',
  setup(plugin) {
    plugin.onResolve({ filter: /\/(demo|dev|sandbox)\.ts$/ }, ({ path, importer }) =>
      importer === join(root, 'src/cli/catalogue.ts')
        ? { path: /(\w+)\.ts$/.exec(path)[1], namespace: 'from-checkout-only' }
        : undefined,
    )
    plugin.onLoad({ filter: /.*/, namespace: 'from-checkout-only' }, ({ path: name }) => ({
      contents: `export const ${name} = ${JSON.stringify({
        name,
        summary: `Only from a checkout of the project: npm run ${name}`,
        usage: name,
        flags: {},
      })};
      ${name}.run = async () => { throw new Error(${name}.summary) }`,
    }))
  },
}

// Only what is made here: another build has its folder in dist, too.
for (const name of [
  'lenskeeper.mjs',
  'lenskeeper.cjs',
  'packages.json',
  'chunks',
  'THIRD-PARTY-LICENSES.txt',
])
  rmSync(join(outdir, name), { recursive: true, force: true })
const chunks = {
  entryPoints: { lenskeeper: 'src/main.ts' },
  outdir,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  splitting: true,
  format: 'esm',
  banner: {
    // CommonJS packages ask for Node's own modules by require, which an ES module does not have. An older Node gets far
    // enough to fail at something that says nothing to anybody.
    js: [
      "import { createRequire as lenskeeperRequire } from 'node:module'; const require = lenskeeperRequire(import.meta.url);",
      "if (parseInt(process.versions.node) < 24) { console.error('lenskeeper needs Node 24 or newer, and this is ' + process.versions.node); process.exit(2) }",
    ].join('\n'),
  },
}
const single = {
  // As src/main.ts, but for its await: CommonJS has none there.
  stdin: {
    contents: `
      import { catalogue } from './src/cli/catalogue.ts'
      import { dispatch } from './src/cli/frame/dispatch.ts'
      import { processTerminal } from './src/cli/frame/terminal.ts'
      dispatch(process.argv.slice(2), catalogue, processTerminal()).then(code => { process.exitCode = code })`,
    resolveDir: root,
    sourcefile: 'main.ts',
    loader: 'ts',
  },
  outfile: join(outdir, 'lenskeeper.cjs'),
  format: 'cjs',
}
const { metafile } = await build({
  ...(values.single ? single : chunks),
  absWorkingDir: root,
  bundle: true,
  // Comments name the files by their paths, which a link would lead out of the checkout.
  preserveSymlinks: true,
  platform: 'node',
  target: 'node24',
  metafile: true,
  legalComments: 'none', // whole licences are written below
  minifyWhitespace: true,
  logLevel: 'warning',
  plugins: [fromCheckoutOnly],
})

const packages = packagesOf(Object.keys(metafile.inputs))
writeFileSync(join(outdir, 'THIRD-PARTY-LICENSES.txt'), licences())
if (values.single) writeFileSync(join(outdir, 'packages.json'), JSON.stringify(packages))
else makeRunnable(join(outdir, 'lenskeeper.mjs'))

function makeRunnable(program) {
  writeFileSync(program, `#!${values.shebang}\n${readFileSync(program, 'utf8').replace(/^#!.*\n/, '')}`)
  chmodSync(program, 0o755)
}

/** The folder of each package that has a file in the bundle. */
function packagesOf(inputs) {
  const folders = new Set()
  for (const input of inputs) {
    const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input) ?? []
    if (folder) folders.add(folder)
  }
  return [...folders].sort((a, b) => (a < b ? -1 : 1))
}

/** The licence of each of them. */
function licences() {
  const texts = packages.map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    const files = readdirSync(join(root, folder)).filter(file => /^(licen[cs]e|notice|copying)/i.test(file))
    const bodies = files.map(file => readFileSync(join(root, folder, file), 'utf8').trim())
    return [`${name} ${version} (${license})`, ...bodies].join('\n\n')
  })
  return `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
