/**
 * DataLens's side of a connector, for the demo and end-to-end tests. It has keys of its own, learns the partner's
 * public keys, and turns a pasted token into a connection that is bound to one database.
 */
import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Clock } from '../../core/clock.ts'
import { BoundConnection, type ReaderServer } from './bound-connection.ts'
import { judgeToken, type Judgement } from './judge.ts'

export type ConnectAnswer =
  | { readonly status: 200; readonly connection: BoundConnection; readonly pair: string }
  | Exclude<Judgement, { readonly status: 200 }>

const generate = promisify(generateKeyPair)

export class Connector {
  readonly #server: ReaderServer
  readonly #clock: Clock
  readonly #dataLensKeys = new Map<string, KeyObject>()
  readonly #partnerKeys = new Map<string, KeyObject>()

  constructor(options: { readonly server: ReaderServer; readonly clock: Clock }) {
    this.#server = options.server
    this.#clock = options.clock
  }

  /** Makes a key pair of DataLens. @returns its public half as PEM, for the partner */
  async issueKey(keyVersion: number): Promise<string> {
    const { publicKey, privateKey } = await generate('rsa', { modulusLength: 2048, publicExponent: 65537 })
    this.#dataLensKeys.set(String(keyVersion), privateKey)
    return publicKey.export({ type: 'spki', format: 'pem' }).toString()
  }

  /** Takes a public key that the partner handed over. */
  learnPartnerKey(keyVersion: number, publicPem: string): void {
    this.#partnerKeys.set(String(keyVersion), createPublicKey(publicPem))
  }

  /** What DataLens answers when somebody pastes this text as the access token of a new connection. */
  connect(token: string): ConnectAnswer {
    const answer = judgeToken(token, { dataLensKeys: this.#dataLensKeys, partnerKeys: this.#partnerKeys })
    if (answer.status !== 200) return answer
    const { database, pair } = answer
    return { status: 200, connection: new BoundConnection(database, this.#server, this.#clock), pair }
  }
}
