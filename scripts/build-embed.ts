/**
 * Builds the package @lenskeeper/embed from src/embed: ES modules as they stand there, declarations, the page's part as
 * one file besides, and what a package needs. There are no source maps: nothing but the types is taken out.
 *
 *   node scripts/build-embed.ts [--outdir=dist/embed]
 */
import { execFile } from 'node:child_process'
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { bundleBrowserHelper } from './browser-helper.ts'

const root = join(import.meta.dirname, '..')
const source = join(root, 'src/embed')

/** Replaces the folder. */
export async function buildEmbed(outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true })
  await compile(source, outdir)
  await compile(join(source, 'browser'), outdir)
  await pointDeclarationsAtModules(outdir)
  await writeFile(join(outdir, 'browser/lens-embed.min.js'), await bundleBrowserHelper())
  await writeFile(join(outdir, 'package.json'), `${JSON.stringify(await manifest(), undefined, 2)}\n`)
  await copyFile(join(source, 'README.md'), join(outdir, 'README.md'))
  await copyFile(join(root, 'LICENSE'), join(outdir, 'LICENSE'))
}

/** The server's part and the page's have a project of their own, as each knows nothing of the other's surroundings. */
async function compile(project: string, outdir: string): Promise<void> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const how = ['--noEmit', 'false', '--declaration', '--rewriteRelativeImportExtensions']
  const where = ['--rootDir', source, '--outDir', outdir]
  await promisify(execFile)(process.execPath, [tsc, '-p', project, ...how, ...where])
}

/** The compiler rewrites `./link.ts` to `./link.js` in modules, and leaves it in declarations. */
async function pointDeclarationsAtModules(outdir: string): Promise<void> {
  const names = await readdir(outdir, { recursive: true })
  for (const name of names.filter(name => name.endsWith('.d.ts'))) {
    const path = join(outdir, name)
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replaceAll(/(from |import\()(["'])(\.{1,2}\/[^"']+)\.ts\2/g, '$1$2$3.js$2'))
  }
}

async function manifest(): Promise<object> {
  const { version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly version: string
    readonly license: string
  }
  const page = './browser/index.d.ts'
  return {
    name: '@lenskeeper/embed',
    version,
    description: 'Signed links to embedded DataLens charts and dashboards, and a page that keeps them alive',
    keywords: ['datalens', 'embedding', 'embed', 'iframe', 'jwt', 'ps256'],
    license,
    type: 'module',
    engines: { node: '>=20' },
    sideEffects: false,
    exports: {
      '.': { types: './index.d.ts', default: './index.js' },
      './browser': { types: page, default: './browser/index.js' },
      './browser/lens-embed.min.js': { types: page, default: './browser/lens-embed.min.js' },
      './package.json': './package.json',
    },
    files: ['**/*.js', '**/*.d.ts'],
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { outdir: { type: 'string', default: join(root, 'dist/embed') } } })
  const outdir = resolve(values.outdir)
  await buildEmbed(outdir)
  process.stdout.write(`@lenskeeper/embed is in ${outdir}: npm pack or npm publish there\n`)
}
