import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest'
import type { Secret } from '../../../src/api/core-objects.ts'
import type { Transport } from '../../../src/kube/call/transport.ts'
import { readLedger } from '../../../src/partner-key/keys/ledger.ts'
import { uniqueNamespace } from '../../cluster/cluster.ts'
import { applyCrds } from '../../cluster/deploy.ts'
import { openTransport, Place, rsa, startKeeper, type Keeper, type KeeperOptions } from './keeper.ts'

const forever = new AbortController().signal

export const dataLens = rsa()
/** What the spec says when DataLens has sent its key. */
export const answered = { keyVersion: 1, publicKey: dataLens.public }

export interface PartnerKeyScene {
  /** This test's own namespace, with a connection. */
  readonly place: Place
  readonly transport: Transport
  /** An operator of the place, stopped after the test. */
  readonly keeper: (options?: KeeperOptions) => Promise<Keeper>
  readonly keySecret: (version: number) => Promise<Secret | undefined>
  /** What the undamaged ledger says, by side and version. */
  readonly fingerprints: () => Promise<Readonly<Record<string, string>>>
}

/** For a file: the CRDs, and a place for each test. */
export function useScene(): PartnerKeyScene {
  let transport: Transport
  let place: Place
  beforeAll(async () => {
    transport = openTransport()
    await applyCrds()
  })
  afterAll(() => transport.close())
  beforeEach(async () => {
    place = new Place(await uniqueNamespace('pkey'), transport)
    await place.connect()
  })
  return {
    get place() {
      return place
    },
    get transport() {
      return transport
    },
    async keeper(options = {}) {
      const started = await startKeeper(place.namespace, transport, options)
      onTestFinished(() => started.stop())
      return started
    },
    keySecret: version => place.secrets.get(place.key(`acme-partner-v${version}`), forever),
    async fingerprints() {
      const { entries, damage } = readLedger(await place.ledger())
      expect(damage).toEqual([])
      return Object.fromEntries(entries.map(entry => [`${entry.side} ${entry.version}`, entry.fingerprint]))
    },
  }
}
