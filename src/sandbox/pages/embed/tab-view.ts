import { element } from '../chart/element.ts'
import { message } from '../chart/message.ts'
import type { Tile } from '../chart/tile.ts'
import { dashTexts } from '../texts/dash.ts'
import type { SelectorEntry, TabEntry, TileEntry } from '../wire.ts'
import { Choice } from './choice.ts'
import type { Filters } from './filters.ts'
import type { EmbedPage } from './page.ts'
import { tileOf } from './tile-of.ts'

export interface TabViewOptions {
  readonly page: EmbedPage
  readonly filters: Filters
  readonly controls: boolean
}

/** One tab: selectors above, charts below. A choice asks for all charts anew. */
export class TabView {
  readonly element = element('div')
  readonly #options: TabViewOptions
  readonly #tiles: readonly Tile[]
  readonly #id: string
  readonly #drawn = new Set<string>()
  readonly #choices: ReadonlyMap<SelectorEntry, Choice>
  #asking = new AbortController()
  /** Selectors that have got no values yet, and are not being asked for. */
  #unoffered = new Set<SelectorEntry>()

  constructor({ id, selectors, tiles }: TabEntry, options: TabViewOptions) {
    this.#id = id
    this.#options = options
    const { language } = options.page
    this.#choices = new Map((options.controls ? selectors : []).map(one => [one, this.#choice(one)]))
    this.#tiles = tiles.map(tile => this.#tile(tile))
    const { selectors: label, noTiles, noTilesHint } = dashTexts[language]
    if (this.#choices.size > 0)
      this.element.append(
        element(
          'form',
          { class: 'selectors', 'aria-label': label },
          ...[...this.#choices.values()].map(choice => choice.element),
        ),
      )
    this.element.append(
      tiles.length === 0
        ? message({ icon: 'empty', title: noTiles, hint: noTilesHint })
        : element('div', { class: 'grid' }, ...this.#tiles.map(tile => tile.element)),
    )
    this.reload()
  }

  /** Asks again for charts and for what there is to choose. */
  reload(): void {
    this.#reloadTiles()
    this.#asking.abort()
    this.#asking = new AbortController()
    this.#unoffered = new Set(this.#choices.keys())
    this.#offerChoices()
  }

  hasFailed(): boolean {
    return this.#tiles.some(tile => tile.hasFailed)
  }

  close(): void {
    this.#asking.abort()
    for (const tile of this.#tiles) tile.close()
  }

  #reloadTiles(): void {
    for (const tile of this.#tiles) void tile.load()
  }

  #tile({ chart, name, type, width }: TileEntry): Tile {
    const { page, filters, controls } = this.#options
    const onDrawn = (): void => {
      this.#drawn.add(chart)
      if (this.#drawn.size === this.#tiles.length) page.parent.isRendered()
      this.#offerChoices()
    }
    const title = name?.[page.language] ?? ''
    const tile = tileOf({ id: chart, title, params: () => filters.params(), controls, onDrawn }, page)
    if (type !== undefined) tile.element.dataset['type'] = type
    tile.element.dataset['width'] = width
    return tile
  }

  #choice({ id, title, parameter, multiple, disabled }: SelectorEntry): Choice {
    const { page, filters } = this.#options
    const onChange = (chosen: readonly string[]): void => {
      filters.choose(parameter, chosen)
      this.#reloadTiles()
    }
    const { language } = page
    const options = { id, title: title[language], multiple, disabled, language, onChange }
    return new Choice(options, disabled ? [] : filters.valuesOf(parameter))
  }

  #offerChoices(): void {
    const { signal } = this.#asking
    for (const [selector, choice] of this.#choices)
      if (this.#unoffered.delete(selector)) void this.#offer(selector, choice, signal)
  }

  /** One that fails is asked for again when a chart is there: the charts say what is wrong, and when it is over. */
  async #offer(selector: SelectorEntry, choice: Choice, signal: AbortSignal): Promise<void> {
    try {
      const reply = await this.#options.page.session.choices(
        { id: selector.id, tabId: this.#id, params: this.#options.filters.params() },
        signal,
      )
      if (reply.ok) choice.offer(reply.value)
      else this.#unoffered.add(selector)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}
