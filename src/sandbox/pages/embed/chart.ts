/** The page `/embeds/chart`. */
import type { Tile } from '../chart/tile.ts'
import { emptyAddress, type EmbedAddress } from './address.ts'
import { startEmbed, type EmbedPage, type EmbedView } from './page.ts'
import { tileOf } from './tile-of.ts'

startEmbed('subscribe-for-embed-height', chartView)

function chartView(page: EmbedPage): EmbedView {
  const place = document.querySelector('#view') ?? document.body
  let drawn = false
  let tile: Tile | undefined
  const show = ({ params, controls }: EmbedAddress): Tile => {
    tile?.close()
    drawn = false
    const onDrawn = (): void => {
      if (!drawn) page.parent.isRendered()
      drawn = true
    }
    tile = tileOf({ id: undefined, title: '', params: () => params, controls, onDrawn }, page)
    place.append(tile.element)
    return tile
  }
  return {
    open: address => void show(address).load(),
    reload: () => void tile?.load(),
    hasFailed: () => tile?.hasFailed === true,
    fail: failure => show(emptyAddress).fail(failure),
  }
}
