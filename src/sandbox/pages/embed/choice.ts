import { element } from '../chart/element.ts'
import { dashTexts } from '../texts/dash.ts'
import type { Language } from '../texts/language.ts'

export interface ChoiceOptions {
  readonly id: string
  readonly title: string
  readonly multiple: boolean
  /** What is offered is what is chosen, and cannot be changed. */
  readonly disabled: boolean
  readonly language: Language
  /** None chosen means that nothing is filtered. */
  readonly onChange: (chosen: readonly string[]) => void
}

/** A field to choose values in. Keeps what is chosen when other values are offered. */
export class Choice {
  readonly element: HTMLElement
  readonly #options: ChoiceOptions
  readonly #several: HTMLElement | undefined
  readonly #summary = element('summary')
  readonly #select = element('select')
  #chosen: readonly string[]

  /** @param chosen what the address has chosen already */
  constructor(options: ChoiceOptions, chosen: readonly string[]) {
    this.#options = options
    this.#chosen = chosen
    this.element = element('div', { class: 'field' })
    this.#select.disabled = options.disabled
    if (options.multiple && !options.disabled) {
      this.#several = element('div', { class: 'several', role: 'group', 'aria-label': options.title })
      this.element.append(element('span', { class: 'label' }, options.title), this.#dropDown(this.#several))
    } else {
      this.#select.id = options.id
      this.element.append(element('label', { for: options.id }, options.title), this.#select)
      this.#select.addEventListener('change', () =>
        this.#choose(this.#select.value === '' ? [] : [this.#select.value]),
      )
    }
    this.offer([])
  }

  /** The values that there are to choose from. */
  offer(values: readonly string[]): void {
    const all = [...new Set([...values, ...this.#chosen])]
    if (this.#several === undefined) this.#fillSelect(all)
    else this.#several.replaceChildren(...all.map(value => this.#checkbox(value)))
    this.#summarise()
  }

  #fillSelect(values: readonly string[]): void {
    const { disabled, language } = this.#options
    const none = disabled && values.length > 0 ? values.join(', ') : dashTexts[language].all
    const offered = disabled ? [] : values
    this.#select.replaceChildren(
      element('option', { value: '' }, none),
      ...offered.map(value => element('option', { value }, value)),
    )
    this.#select.value = this.#chosen[0] ?? ''
  }

  #checkbox(value: string): HTMLElement {
    const box = element('input', { type: 'checkbox', value })
    box.checked = this.#chosen.includes(value)
    box.addEventListener('change', () =>
      this.#choose(box.checked ? [...this.#chosen, value] : this.#chosen.filter(chosen => chosen !== value)),
    )
    return element('label', {}, box, value)
  }

  #choose(chosen: readonly string[]): void {
    this.#chosen = chosen
    this.#summarise()
    this.#options.onChange(chosen)
  }

  #summarise(): void {
    const { all, chosen } = dashTexts[this.#options.language]
    const { title } = this.#options
    const [only] = this.#chosen
    const text = only === undefined ? all : this.#chosen.length === 1 ? only : chosen(this.#chosen.length)
    this.#summary.replaceChildren(element('span', { class: 'only-heard' }, `${title}: `), text)
  }

  /** Closes by Escape, and when the focus goes elsewhere. */
  #dropDown(list: HTMLElement): HTMLElement {
    const details = element('details', { class: 'drop-down' }, this.#summary, list)
    details.addEventListener('keydown', ({ key }) => {
      if (key !== 'Escape' || !details.open) return
      details.open = false
      this.#summary.focus()
    })
    details.addEventListener('focusout', ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node) || !details.contains(relatedTarget)) details.open = false
    })
    return details
  }
}
