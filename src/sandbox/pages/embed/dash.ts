/** The page `/embeds/dash`. */
import { DashView } from './dash-view.ts'
import { startEmbed } from './page.ts'

startEmbed('subscribe-for-embed-height-dash', page => new DashView(page))
