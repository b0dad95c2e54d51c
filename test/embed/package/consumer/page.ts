// Compiled, never run: with what a page has, and without anything of Node.
import { defineLensEmbed, mount, type EmbedStatus, type LensEmbedElement } from '@lenskeeper/embed/browser'

defineLensEmbed()

export function show(element: HTMLElement): () => void {
  const embed = mount(element, { endpoint: '/api/embed/sales', autoHeight: true, onState: told })
  embed.refresh()
  return () => embed.destroy()
}

function told({ state }: EmbedStatus): void {
  if (state === 'denied') document.querySelector<LensEmbedElement>('lens-embed')?.refresh()
}

// @ts-expect-error Neither an endpoint nor a way to get a token.
mount(document.body, {})
// @ts-expect-error A token that is fixed when the page is built would lapse.
mount(document.body, { token: 'a.b.c' })
