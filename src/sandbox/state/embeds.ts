import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import type { Clock } from '../../core/clock.ts'
import { Redacted } from '../../core/redaction/redacted.ts'
import type { Embed, EmbeddingSecret } from '../embed/model.ts'
import { newId } from './ids.ts'

const generate = promisify(generateKeyPair)

export type EmbedFields = Omit<Embed, 'embedId' | 'createdAt' | 'updatedAt'>

/** Embedding secrets and embeds, as the storage keeps them. In memory. */
export class Embeds {
  readonly #clock: Clock
  readonly #secrets = new Map<string, EmbeddingSecret>()
  readonly #embeds = new Map<string, Embed>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The private half is given here and not kept. */
  async createSecret(
    title: string,
    workbookId: string,
  ): Promise<{ readonly secret: EmbeddingSecret; readonly privateKey: Redacted<string> }> {
    const { publicKey, privateKey } = await generate('rsa', { modulusLength: 2048, publicExponent: 65537 })
    const secret = { embeddingSecretId: newId(), title, workbookId, publicKey, createdAt: this.#now() }
    this.#secrets.set(secret.embeddingSecretId, secret)
    return {
      secret,
      privateKey: new Redacted(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()),
    }
  }

  secret(id: string): EmbeddingSecret | undefined {
    return this.#secrets.get(id)
  }

  secrets(workbookId: string | undefined): readonly EmbeddingSecret[] {
    const all = [...this.#secrets.values()]
    return workbookId === undefined ? all : all.filter(secret => secret.workbookId === workbookId)
  }

  /** Its embeds stay and answer that their secret is gone. */
  deleteSecret(id: string): boolean {
    return this.#secrets.delete(id)
  }

  /** @param embedId for a script that brings its own; default a new one */
  createEmbed(fields: EmbedFields, embedId = newId()): Embed {
    const now = this.#now()
    const embed = { embedId, ...fields, createdAt: now, updatedAt: now }
    this.#embeds.set(embed.embedId, embed)
    return embed
  }

  embed(id: string): Embed | undefined {
    return this.#embeds.get(id)
  }

  embeds(entryId: string | undefined): readonly Embed[] {
    const all = [...this.#embeds.values()]
    return entryId === undefined ? all : all.filter(embed => embed.entryId === entryId)
  }

  /** The embed is replaced as a whole; what it shows stays. */
  updateEmbed(id: string, fields: Omit<EmbedFields, 'entryId'>): Embed | undefined {
    const old = this.#embeds.get(id)
    if (old === undefined) return undefined
    const embed = { ...old, ...fields, updatedAt: this.#now() }
    this.#embeds.set(id, embed)
    return embed
  }

  deleteEmbed(id: string): boolean {
    return this.#embeds.delete(id)
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString()
  }
}
