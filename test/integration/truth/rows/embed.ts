/** Embeds as somebody wants them: served, held back, leaving. */
import { expect } from 'vitest'
import { published } from '../../../scenarios/embeds.ts'
import type { Corner } from '../corner/corner.ts'
import { allWell, type Row } from '../row.ts'
import { apply, bad, kind, offer, serve } from './embed-acts.ts'

const well = allWell[kind]
const asWanted = { kind, shares: true, somebody: false, kstatus: 'Current', alerts: [] } as const

const hasLink = async (corner: Corner): Promise<void> => {
  const { url } = await published(corner.world, corner.name('lobby-embed'), corner.namespace)
  expect(url).toContain('dl_embed_token=')
}

export const embedRows: readonly Row[] = [
  {
    ...asWanted,
    reason: 'Ready',
    bring: async corner => void (await serve(corner)),
    shows: well,
    server: hasLink,
  },
  {
    ...asWanted,
    reason: 'Suspended',
    bring: async corner => {
      await serve(corner)
      await corner.edit(kind, { spec: { suspend: true } })
    },
    shows: { ...well, Ready: 'True Suspended' },
    explain: 1,
    says: /good until/,
    server: hasLink,
    remedy: corner => corner.edit(kind, { spec: { suspend: false } }),
  },
  {
    ...bad,
    reason: 'Observing',
    bring: async corner => {
      await offer(corner)
      await apply(corner, {}, { 'lenskeeper.dev/mode': 'Observe' })
    },
    shows: { Ready: 'False Observing', TokenPublished: 'False Observing' },
    kstatus: 'InProgress',
    alerts: [],
    says: /Would be done: create the Secret/,
    remedy: corner => corner.annotate(kind, { 'lenskeeper.dev/mode': null }),
  },
  {
    ...asWanted,
    reason: 'Deleting',
    bring: async corner => {
      await serve(corner)
      await corner.edit(kind, { metadata: { finalizers: ['acme.example/backup'] } })
      await corner.world.embeds.delete(corner.key('lobby'), {}, new AbortController().signal)
    },
    shows: { ...well, Ready: 'True Deleting' },
    explain: 1,
    kstatus: 'Terminating',
    says: /acme\.example\/backup/,
    server: hasLink,
    remedy: corner => corner.edit(kind, { metadata: { finalizers: null } }),
    well: 'gone',
  },
]
