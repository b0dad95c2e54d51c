/** Bundles what a page loads, and says how large that is: npm run size */
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** One minified ES module, as a page's own bundler would make it. */
export async function bundleBrowserHelper(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: join(import.meta.dirname, '..'),
    entryPoints: ['src/embed/browser/index.ts'],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    write: false,
    logLevel: 'warning',
  })
  return outputFiles[0]?.text ?? ''
}

/** Bytes, as they travel. */
export function compressedSize(code: string): number {
  return gzipSync(code, { level: 9 }).byteLength
}

if (import.meta.main) {
  const code = await bundleBrowserHelper()
  console.log(`browser helper: ${code.length} bytes minified, ${compressedSize(code)} bytes compressed`)
}
