import { iconPaths, type IconName } from '../icons.ts'

const svg = 'http://www.w3.org/2000/svg'

/** An icon that says nothing to a screen reader: what it means stands beside it. */
export function icon(name: IconName): SVGSVGElement {
  const made = document.createElementNS(svg, 'svg')
  made.setAttribute('viewBox', '0 0 24 24')
  made.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(svg, 'path')
  for (const [attribute, value] of Object.entries({
    d: iconPaths[name],
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': '1.75',
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
  }))
    path.setAttribute(attribute, value)
  made.append(path)
  return made
}
