import { generateKeyPairSync } from 'node:crypto'
import { dataOf, type Secret } from '../../src/api/core-objects.ts'
import type { ResourceClient } from '../../src/kube/objects/resource-client.ts'
import { judgeToken, type Verdict } from '../vectors/independent-verifier.ts'

export interface DataLensPair {
  readonly privatePem: string
  readonly publicPem: string
}

const forever = new AbortController().signal
/** Of partner keys; more versions than any test makes. */
const partnerVersions = [1, 2, 3, 4, 5]

/** DataLens as a world has it: its keys, and what it says of a token, by an implementation that shares no code with ours. */
export class DataLens {
  readonly #secrets: ResourceClient<Secret>
  readonly #pairs = new Map<number, DataLensPair>()

  constructor(secrets: ResourceClient<Secret>) {
    this.#secrets = secrets
  }

  /** Its key of a version; made on first use. */
  pair(version: number): DataLensPair {
    const known = this.#pairs.get(version)
    if (known !== undefined) return known
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pair = {
      privatePem: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    }
    this.#pairs.set(version, pair)
    return pair
  }

  /** @param secretKey `namespace/name` */
  async judgeSecret(secretKey: string, partnerKeyName: string): Promise<Verdict> {
    const secret = await this.#secrets.get(secretKey, forever)
    if (secret === undefined) return { ok: false, error: 'no Secret' }
    return await this.judge(dataOf(secret, 'token') ?? '', partnerKeyName)
  }

  async judge(token: string, partnerKeyName: string): Promise<Verdict> {
    const dataLensPrivatePems = Object.fromEntries(
      [...this.#pairs].map(([version, { privatePem }]) => [String(version), privatePem]),
    )
    const partnerPublicPems = await this.#handedOver(partnerKeyName)
    return judgeToken(token, { partnerPublicPems, dataLensPrivatePems })
  }

  /** The partner's public keys by version. */
  async #handedOver(partnerKeyName: string): Promise<Readonly<Record<string, string>>> {
    const found: Record<string, string> = {}
    for (const version of partnerVersions) {
      const held = await this.#secrets.get(`datalens/${partnerKeyName}-partner-v${version}`, forever)
      const pem = held === undefined ? undefined : dataOf(held, 'public.pem')
      if (pem !== undefined) found[String(version)] = pem
    }
    return found
  }
}
