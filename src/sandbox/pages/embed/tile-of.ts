import { Tile } from '../chart/tile.ts'
import type { Params } from '../wire.ts'
import type { EmbedPage } from './page.ts'
import { saveFile } from './save.ts'

export interface EmbeddedChart {
  /** Undefined: the entry of the embed. */
  readonly id: string | undefined
  readonly title: string
  /** Unsigned, as they are when the chart is asked for. */
  readonly params: () => Params
  readonly controls: boolean
  readonly onDrawn: () => void
}

/** The tile of a chart of an embed. */
export function tileOf({ id, title, params, controls, onDrawn }: EmbeddedChart, page: EmbedPage): Tile {
  const { session, language } = page
  return new Tile({
    title,
    language,
    ask: async signal => {
      const { token } = session
      const first = await session.run(id, params(), signal)
      // It may have been refused for a token that has been replaced meanwhile.
      const reply = first.ok || token === session.token ? first : await session.run(id, params(), signal)
      return reply.ok && !controls ? { ok: true, value: { ...reply.value, enableExport: false } } : reply
    },
    download: async name => {
      const reply = await session.export(id, params())
      if (reply.ok) saveFile(reply.value, `${name}.csv`)
      return reply.ok
    },
    onDrawn,
  })
}
