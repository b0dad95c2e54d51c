/** How long tests of chance run: a few seeds in `npm test`, all of them in `npm run test:long`, which takes hours. */
export function often(counts: { readonly usual: number; readonly long: number }): number {
  return process.env['LENSKEEPER_LONG'] === '1' ? counts.long : counts.usual
}
