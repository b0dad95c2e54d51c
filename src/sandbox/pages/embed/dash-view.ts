import { element } from '../chart/element.ts'
import { mayPass, retryAfterMs, type Failure } from '../chart/failure.ts'
import { failureMessage } from '../chart/failure-message.ts'
import { message } from '../chart/message.ts'
import { skeleton } from '../chart/skeleton.ts'
import { dashTexts } from '../texts/dash.ts'
import type { DashEntry, TabEntry } from '../wire.ts'
import { emptyAddress, withTab, type EmbedAddress } from './address.ts'
import { Filters } from './filters.ts'
import type { EmbedPage, EmbedView } from './page.ts'
import { TabView } from './tab-view.ts'
import { tabList } from './tabs.ts'

/** A dashboard: its tabs, and the one that is shown. */
export class DashView implements EmbedView {
  readonly #page: EmbedPage
  readonly #place = document.querySelector('#view') ?? document.body
  readonly #panel = element('div', { id: 'panel' })
  #address: EmbedAddress = emptyAddress
  #filters = new Filters({})
  #shown: TabView | undefined
  #asking = new AbortController()
  #failures = 0
  #retry: number | undefined

  constructor(page: EmbedPage) {
    this.#page = page
  }

  open(address: EmbedAddress): void {
    this.#address = address
    this.#filters = new Filters(address.params)
    this.#failures = 0
    this.#clear()
    const waiting = element('div', { class: 'body' }, skeleton(this.#page.language))
    this.#place.append(element('div', { class: 'card tile', 'data-type': 'bar' }, waiting))
    void this.#load()
  }

  reload(): void {
    if (this.#shown === undefined) void this.#load()
    else this.#shown.reload()
  }

  hasFailed(): boolean {
    return this.#failures > 0 || this.#shown?.hasFailed() === true
  }

  fail(failure: Failure): void {
    this.#clear()
    this.#failures++
    const again = mayPass(failure) ? () => void this.#load() : undefined
    const said = failureMessage(failure, { language: this.#page.language, again })
    this.#place.append(element('div', { class: 'card tile' }, said))
    if (again !== undefined) this.#retry = setTimeout(again, retryAfterMs(this.#failures))
  }

  async #load(): Promise<void> {
    this.#stop()
    const { signal } = this.#asking
    try {
      const reply = await this.#page.session.dashboard(signal)
      if (reply.ok) this.#show(reply.value)
      else this.fail(reply.failure)
    } catch (error) {
      // Given up for a newer request.
      if (!signal.aborted) throw error
    }
  }

  #show({ data: { name, tabs } }: DashEntry): void {
    this.#clear()
    entitle(name[this.#page.language])
    this.#failures = 0
    const tab = tabs.find(({ id }) => id === this.#address.tab) ?? tabs[0]
    const texts = dashTexts[this.#page.language]
    if (tab === undefined) {
      this.#place.append(message({ icon: 'empty', title: texts.noTiles, hint: texts.noTilesHint }))
      return
    }
    const onChoose = (chosen: TabEntry): void => {
      history.replaceState(null, '', withTab(location.href, chosen.id))
      this.#page.parent.urlChanged()
      this.#showTab(chosen)
    }
    const list = tabList(tabs, tab, {
      label: texts.tabs,
      language: this.#page.language,
      panel: this.#panel,
      onChoose,
    })
    if (list !== undefined) this.#place.append(list)
    this.#place.append(this.#panel)
    this.#showTab(tab)
  }

  #showTab(tab: TabEntry): void {
    this.#shown?.close()
    const { controls } = this.#address
    this.#shown = new TabView(tab, { page: this.#page, filters: this.#filters, controls })
    this.#panel.replaceChildren(this.#shown.element)
  }

  #stop(): void {
    clearTimeout(this.#retry)
    this.#asking.abort()
    this.#asking = new AbortController()
  }

  #clear(): void {
    this.#stop()
    this.#shown?.close()
    this.#shown = undefined
    this.#place.replaceChildren()
  }
}

/** For whoever does not see the page around. */
function entitle(name: string): void {
  document.title = name
  document.querySelector('h1')?.replaceChildren(name)
}
