/** What browsers load, bundled in memory when the sandbox starts. */
import { join } from 'node:path'
import { build } from 'esbuild'

const pages = join(import.meta.dirname, '..', 'pages')

const scripts = {
  connect: 'site/connect.ts',
  chart: 'site/chart.ts',
  trace: 'site/trace.ts',
  'embed-chart': 'embed/chart.ts',
  'embed-dash': 'embed/dash.ts',
} as const

export type ScriptName = keyof typeof scripts

export interface BundledFile {
  readonly type: string
  readonly content: Uint8Array<ArrayBuffer>
}

export interface Bundle {
  /** By path. A path has a hash of the content in it, so that a file never changes. */
  readonly files: ReadonlyMap<string, BundledFile>
  readonly style: string
  readonly scripts: Readonly<Record<ScriptName, string>>
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  woff2: 'font/woff2',
}

export async function bundlePages(): Promise<Bundle> {
  const { outputFiles } = await build({
    absWorkingDir: pages,
    entryPoints: { ...scripts, style: 'styles/pages.css' },
    outdir: '/assets',
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.woff2': 'file' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome125', 'firefox128', 'safari18'],
    minify: true,
    legalComments: 'none',
    write: false,
    logLevel: 'warning',
  })
  const files = new Map(
    outputFiles.map(({ path, contents }) => [
      path,
      { type: typeOf(path), content: contents as BundledFile['content'] },
    ]),
  )
  const find = (name: string): string => {
    const found = [...files.keys()].find(path =>
      new RegExp(`^/assets/${name}-[A-Z0-9]{8}\\.(js|css)$`).test(path),
    )
    if (found === undefined) throw new Error(`the bundle has no ${name}`)
    return found
  }
  return {
    files,
    style: find('style'),
    scripts: {
      connect: find('connect'),
      chart: find('chart'),
      trace: find('trace'),
      'embed-chart': find('embed-chart'),
      'embed-dash': find('embed-dash'),
    },
  }
}

function typeOf(path: string): string {
  return types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
}
