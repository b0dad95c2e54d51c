/** How long tests of chance run: a few seeds in `npm test`, all of them in `npm run test:long`, which takes hours. */
export function often<T>(runs: { readonly usual: T; readonly long: T }): T {
  return process.env['LENSKEEPER_LONG'] === '1' ? runs.long : runs.usual
}
