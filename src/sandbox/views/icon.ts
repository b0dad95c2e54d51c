import { html } from 'hono/html'
import { iconPaths, type IconName } from '../pages/icons.ts'
import type { Html } from './document.ts'

export function icon(name: IconName): Html {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${iconPaths[name]}" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"/></svg>`
}
