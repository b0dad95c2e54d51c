/**
 * DataLens's side of a connector, for the demo and end-to-end tests. It has keys of its own, learns the partner's
 * public keys, and turns a pasted token into a connection that is bound to one database.
 */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Clock } from '../../core/clock.ts'
import { Redacted } from '../../core/redaction/redacted.ts'
import { BoundConnection, type ReaderServer } from './bound-connection.ts'
import { judgeToken, type Judgement } from './judge.ts'

export type ConnectAnswer =
  | { readonly status: 200; readonly connection: BoundConnection; readonly pair: string }
  | Exclude<Judgement, { readonly status: 200 }>

export interface KnownKeys {
  readonly dataLens: readonly { readonly version: string; readonly publicKey: string }[]
  readonly partner: readonly string[]
}

export interface ConnectorOptions {
  readonly server: ReaderServer
  readonly clock: Clock
  /** Keeps the private half of each key that is made, for whoever starts again. Default: nothing is kept. */
  readonly keepKey?: (keyVersion: number, privatePem: Redacted<string>) => void
}

const generate = promisify(generateKeyPair)

export class Connector {
  readonly #server: ReaderServer
  readonly #clock: Clock
  readonly #dataLensKeys = new Map<string, KeyObject>()
  readonly #partnerKeys = new Map<string, KeyObject>()
  readonly #keepKey: NonNullable<ConnectorOptions['keepKey']>
  /** Whoever asks for a version meanwhile gets the same key. */
  readonly #beingMade = new Map<string, Promise<KeyObject>>()

  constructor(options: ConnectorOptions) {
    this.#server = options.server
    this.#clock = options.clock
    this.#keepKey = options.keepKey ?? (() => {})
  }

  /**
   * DataLens's key of this version, made when there is none: a version, once used with a key, always means that key.
   *
   * @returns its public half as PEM, for the partner
   * @throws what `keepKey` throws; no key has been made then
   */
  async issueKey(keyVersion: number): Promise<string> {
    const version = String(keyVersion)
    const known = this.#dataLensKeys.get(version)
    if (known !== undefined) return publicPemOf(known)
    const made = this.#beingMade.get(version) ?? this.#makeKey(keyVersion)
    this.#beingMade.set(version, made)
    return publicPemOf(await made)
  }

  /** Takes a public key that the partner handed over. */
  learnPartnerKey(keyVersion: number, publicPem: string): void {
    this.#partnerKeys.set(String(keyVersion), createPublicKey(publicPem))
  }

  /** Takes a private key of DataLens's that was made elsewhere. */
  takeKey(keyVersion: number, privatePem: Redacted<string>): void {
    this.#dataLensKeys.set(String(keyVersion), createPrivateKey(privatePem.reveal()))
  }

  /** The versions that are known, and the public halves of DataLens's keys as PEM. */
  keys(): KnownKeys {
    const dataLens = [...this.#dataLensKeys].map(([version, key]) => ({
      version,
      publicKey: publicPemOf(key),
    }))
    return { dataLens, partner: [...this.#partnerKeys.keys()] }
  }

  /** A connection that needs no token: to a database that somebody names. */
  open(database: string): BoundConnection {
    return new BoundConnection(database, this.#server, this.#clock)
  }

  /**
   * What DataLens answers when somebody pastes this text as the access token of a new connection.
   *
   * @param revoked versions that it no longer knows, `partner:1` or `datalens:1`
   */
  connect(token: string, revoked: readonly string[] = []): ConnectAnswer {
    const answer = judgeToken(token, {
      dataLensKeys: without(this.#dataLensKeys, 'datalens', revoked),
      partnerKeys: without(this.#partnerKeys, 'partner', revoked),
    })
    if (answer.status !== 200) return answer
    const { database, pair } = answer
    return { status: 200, connection: new BoundConnection(database, this.#server, this.#clock), pair }
  }

  async #makeKey(keyVersion: number): Promise<KeyObject> {
    try {
      const { privateKey } = await generate('rsa', { modulusLength: 2048, publicExponent: 65537 })
      // Kept before anybody has its other half.
      this.#keepKey(keyVersion, new Redacted(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()))
      this.#dataLensKeys.set(String(keyVersion), privateKey)
      return privateKey
    } finally {
      this.#beingMade.delete(String(keyVersion))
    }
  }
}

function publicPemOf(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
}

function without(
  keys: ReadonlyMap<string, KeyObject>,
  side: string,
  revoked: readonly string[],
): ReadonlyMap<string, KeyObject> {
  return new Map([...keys].filter(([version]) => !revoked.includes(`${side}:${version}`)))
}
