/** The page `/charts/:id`: the chart as the owner of the workbook sees it. */
import { replyTo, type Reply } from '../chart/reply.ts'
import { Tile } from '../chart/tile.ts'
import { languageOf } from '../texts/language.ts'
import type { ChartAnswer } from '../wire.ts'

const language = languageOf(document.documentElement.lang) ?? 'en'
const place = document.querySelector<HTMLElement>('[data-chart]')

function ask(id: string, signal: AbortSignal): Promise<Reply<ChartAnswer>> {
  const request = new Request(`/api/charts/${encodeURIComponent(id)}?_lang=${language}`, {
    signal,
    cache: 'no-store',
  })
  // There is nothing to download without an embed.
  const read = async (response: Response): Promise<ChartAnswer> => ({
    ...((await response.json()) as ChartAnswer),
    enableExport: false,
  })
  return replyTo(request, { read, expired: () => false })
}

const id = place?.dataset['chart'] ?? ''
const tile = new Tile({
  title: document.querySelector('h1')?.textContent ?? '',
  language,
  ask: signal => ask(id, signal),
  download: () => Promise.resolve(false),
})
place?.append(tile.element)
void tile.load()
