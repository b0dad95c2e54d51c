import { chartTexts, type ChartTexts } from '../texts/chart.ts'
import type { Language } from '../texts/language.ts'
import type { ChartAnswer } from '../wire.ts'
import { draw } from './draw.ts'
import { element } from './element.ts'
import { failureMessage } from './failure-message.ts'
import { mayPass, retryAfterMs, type Failure } from './failure.ts'
import { icon } from './icon.ts'
import type { Reply } from './reply.ts'
import { skeleton } from './skeleton.ts'

export interface TileOptions {
  /** Until an answer says how the chart is called. */
  readonly title: string
  readonly language: Language
  readonly ask: (signal: AbortSignal) => Promise<Reply<ChartAnswer>>
  /** Whether it worked. */
  readonly download: (name: string) => Promise<boolean>
  /** Each time that a chart, an empty one too, has been drawn. */
  readonly onDrawn?: () => void
}

/** One chart: asks for it, draws it, says what is wrong with it, and asks again where that may help. */
export class Tile {
  readonly element: HTMLElement
  readonly #options: TileOptions
  readonly #texts: ChartTexts
  readonly #heading = element('h2')
  readonly #button: HTMLButtonElement
  readonly #body = element('div', { class: 'body' })
  #takeAway = (): void => {}
  #asking = new AbortController()
  /** In a row. */
  #failures = 0
  #retry: number | undefined

  constructor(options: TileOptions) {
    this.#options = options
    this.#texts = chartTexts[options.language]
    this.#entitle(options.title)
    this.#button = this.#downloadButton()
    this.element = element('section', { class: 'card tile' })
    this.element.append(element('header', {}, this.#heading, this.#button), this.#body)
  }

  /** Whether the last answer had no chart in it. */
  get hasFailed(): boolean {
    return this.#failures > 0
  }

  /** Asks anew; what is shown stays until the answer is there. */
  async load(): Promise<void> {
    this.#stop()
    const { signal } = this.#asking
    this.element.setAttribute('aria-busy', 'true')
    if (this.#body.childElementCount === 0) this.#body.append(skeleton(this.#options.language))
    try {
      this.#show(await this.#options.ask(signal))
      this.element.removeAttribute('aria-busy')
    } catch (error) {
      // Given up for a newer request, or for good.
      if (!signal.aborted) throw error
    }
  }

  /** Says what is wrong without asking. */
  fail(failure: Failure): void {
    this.#stop()
    this.#show({ ok: false, failure })
  }

  close(): void {
    this.#stop()
    this.#takeAway()
    this.element.remove()
  }

  #stop(): void {
    clearTimeout(this.#retry)
    this.#asking.abort()
    this.#asking = new AbortController()
  }

  #show(reply: Reply<ChartAnswer>): void {
    const keepsFocus = this.#body.contains(document.activeElement)
    this.#takeAway()
    this.#takeAway = () => {}
    this.#body.replaceChildren()
    if (reply.ok) this.#showAnswer(reply.value)
    else this.#showFailure(reply.failure)
    if (keepsFocus) this.#body.querySelector<HTMLElement>('button, [tabindex], summary')?.focus()
  }

  /** Without a title the heading would say nothing. */
  #entitle(title: string): void {
    this.#heading.textContent = title
    this.#heading.hidden = title === ''
  }

  #showAnswer(answer: ChartAnswer): void {
    const { name, type, enableExport } = answer
    this.#failures = 0
    this.#entitle(name)
    this.#button.hidden = !enableExport
    this.element.dataset['type'] = type
    this.#takeAway = draw(this.#body, answer, { title: name, language: this.#options.language })
    this.#options.onDrawn?.()
  }

  #showFailure(failure: Failure): void {
    this.#failures++
    this.#button.hidden = true
    const again = mayPass(failure) ? () => void this.load() : undefined
    this.#body.append(failureMessage(failure, { language: this.#options.language, again }))
    if (again !== undefined) this.#retry = setTimeout(again, retryAfterMs(this.#failures))
  }

  #downloadButton(): HTMLButtonElement {
    const { download: label } = this.#texts
    const button = element('button', {
      type: 'button',
      class: 'icon-button',
      'aria-label': label,
      title: label,
    })
    button.append(icon('download'))
    button.addEventListener('click', () => void this.#download())
    button.hidden = true
    return button
  }

  async #download(): Promise<void> {
    if (await this.#options.download(this.#heading.textContent)) return
    const note = element('p', { class: 'small', role: 'alert' }, this.#texts.downloadFailed)
    this.#body.before(note)
    setTimeout(() => note.remove(), 6000)
  }
}
