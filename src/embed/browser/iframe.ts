/**
 * What DataLens works with, and no more:
 * - `allow-scripts`: the page is a program.
 * - `allow-same-origin`: it keeps its origin, which its storage and its API ask for. To a frame without one a token
 *   could be sent only with the target `*`.
 * - `allow-forms`: a sandbox swallows `submit` also where it would send nothing, as in selectors.
 * - `allow-downloads`: the export of a chart.
 * - `allow-popups`, `allow-popups-to-escape-sandbox`: links in a chart open a tab of their own, and work there.
 *
 * So it can neither take the viewer away from the page nor hold the page up with a dialog.
 */
const sandbox =
  'allow-scripts allow-same-origin allow-forms allow-downloads allow-popups allow-popups-to-escape-sandbox'

export interface IframeOptions {
  /** What a screen reader calls it. */
  readonly title: string
  /** Whether it loads only when it comes near the visible part of the page. */
  readonly lazy: boolean
}

let made = 0

export function createIframe(url: string, { title, lazy }: IframeOptions): HTMLIFrameElement {
  const iframe = document.createElement('iframe')
  iframe.setAttribute('sandbox', sandbox)
  iframe.referrerPolicy = 'no-referrer'
  iframe.title = title
  // DataLens tells its height only in a frame that has a name.
  iframe.name = `lens-embed-${++made}`
  // Before the address, which would begin to load without it.
  if (lazy) iframe.loading = 'lazy'
  iframe.style.cssText = 'display:block;border:0;width:100%;height:100%'
  iframe.src = url
  return iframe
}
