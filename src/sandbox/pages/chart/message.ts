import type { IconName } from '../icons.ts'
import { element } from './element.ts'
import { icon } from './icon.ts'

export interface Message {
  readonly icon: IconName
  readonly title: string
  readonly hint: string
  readonly bad?: boolean
  /** For whoever looks into it, in the server's words. */
  readonly detail?: string | undefined
  readonly again?: { readonly label: string; readonly onClick: () => void } | undefined
}

/** What stands where a chart would. */
export function message({ icon: name, title, hint, bad = false, detail, again }: Message): HTMLElement {
  const made = element(
    'div',
    { class: bad ? 'message bad' : 'message', role: bad ? 'alert' : undefined },
    icon(name),
    element('h2', {}, title),
    element('p', {}, hint),
    detail !== undefined && element('small', { lang: 'en' }, detail),
  )
  if (again !== undefined) {
    const button = element('button', { type: 'button', class: 'button quiet' }, again.label)
    button.addEventListener('click', again.onClick)
    made.append(button)
  }
  return made
}
