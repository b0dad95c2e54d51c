/** Embeds for which no link can be made, or no other one. */
import { expect } from 'vitest'
import { encodeData } from '../../../../src/api/core-objects.ts'
import { secretMadeAt, signingKey } from '../../../scenarios/embeds.ts'
import { rsa } from '../../partner-key/keeper.ts'
import type { Corner } from '../corner/corner.ts'
import type { Faces } from '../faces.ts'
import { allWell, type Row } from '../row.ts'
import { apply, bad, kind, none, offer, pair, serve } from './embed-acts.ts'

const well = allWell[kind]
const forever = new AbortController().signal
const label = 'lenskeeper.dev/use'

const withdraw = async (corner: Corner): Promise<void> => {
  const patch = { metadata: { labels: { [label]: null } } }
  await corner.world.secrets.mergePatch(corner.key('signing'), patch, forever)
}

/** By the very command that the object says. */
const labelAsTold = async (corner: Corner, { conditions }: Faces): Promise<void> => {
  const [, command] = /\(kubectl ([^)]+)\)/.exec(conditions['Ready']?.message ?? '') ?? []
  await corner.world.kubectl((command ?? expect.fail('no command is told')).split(' '))
}

/** As after a night without anybody who could sign. */
const expire = async (corner: Corner): Promise<void> => {
  const made = await serve(corner)
  await withdraw(corner)
  const { metadata, data } = await secretMadeAt(made, pair, Date.now() - 11 * 3_600_000)
  await corner.world.secrets.mergePatch(corner.key('lobby-embed'), { metadata, data }, forever)
}

/** The key is their author’s. */
const own = { ...bad, alerts: [] } as const

export const linkRows: readonly Row[] = [
  {
    ...own,
    reason: 'SigningKeyNotOffered',
    bring: async corner => {
      // It never was: whoever withdraws it may be seen after the embed.
      await corner.open()
      const { metadata, ...key } = signingKey(corner.name('signing'), pair.privatePem, corner.namespace)
      await corner.world.apply({ ...key, metadata: { ...metadata, labels: {} } })
      await apply(corner)
    },
    shows: none('SigningKeyNotOffered', 'Reconciling'),
    kstatus: 'InProgress',
    says: /lenskeeper\.dev\/use: embed-signing/,
    remedy: labelAsTold,
  },
  {
    ...own,
    reason: 'SigningKeyInvalid',
    bring: async corner => {
      await offer(corner)
      const data = encodeData({ 'private.pem': rsa(1024).pkcs1 })
      await corner.world.secrets.mergePatch(corner.key('signing'), { data }, forever)
      await apply(corner)
    },
    shows: none('SigningKeyInvalid', 'Reconciling'),
    kstatus: 'InProgress',
    says: /1024 bits/,
    remedy: offer,
  },
  {
    ...own,
    reason: 'RefreshFailing',
    bring: async corner => {
      await serve(corner)
      await withdraw(corner)
    },
    shows: { ...well, Ready: 'True RefreshFailing' },
    kstatus: 'Current',
    says: /good until/,
    remedy: labelAsTold,
  },
  {
    ...own,
    reason: 'TokenExpired',
    bring: expire,
    shows: none('TokenExpired', 'Reconciling'),
    kstatus: 'InProgress',
    says: /expired at/,
    remedy: labelAsTold,
  },
]
