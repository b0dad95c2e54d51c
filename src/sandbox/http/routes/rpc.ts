/** DataLens's public API for embedding. Source: shared/schema/us/schemas/embeds of datalens-ui, and its API pages. */
import { Hono } from 'hono'
import { z } from 'zod'
import type { Embed, EmbeddingSecret, Refusal } from '../../embed/model.ts'
import type { EmbedFields } from '../../state/embeds.ts'
import { badRequest, readBody, refuse, type Ctx } from '../answer.ts'
import type { Env, SandboxParts } from '../parts.ts'

const id = z.string().min(1).max(200)
const title = z.string().min(1).max(500)
const names = z.array(z.string().min(1).max(256)).max(1_000)

const settings = z.object({ enableExport: z.boolean().optional() })

/** A list that is left out is saved empty, also in an update. */
const lists = {
  depsIds: z.array(id).max(1_000).default([]),
  unsignedParams: names.default([]),
  privateParams: names.default([]),
}

const bodies = {
  createSecret: z.object({ title, workbookId: id }),
  secret: z.object({ embeddingSecretId: id }),
  secrets: z.object({ workbookId: id.optional() }),
  createEmbed: z.object({
    ...lists,
    title,
    embeddingSecretId: id,
    entryId: id,
    publicParamsMode: z.boolean().default(true),
    settings: settings.default({}),
  }),
  updateEmbed: z.object({
    ...lists,
    embedId: id,
    title: title.optional(),
    embeddingSecretId: id.optional(),
    publicParamsMode: z.boolean().optional(),
    settings: settings.optional(),
  }),
  embeds: z.object({ entryId: id.optional() }),
  embed: z.object({ embedId: id }),
}

export function rpcRoutes(parts: SandboxParts): Hono<Env> {
  const { embeds } = parts
  const routes = new Hono<Env>()
  const on = <S extends z.ZodType>(
    method: string,
    schema: S,
    run: (body: z.output<S>) => object | undefined | Promise<object | undefined>,
  ): void => {
    routes.post(`/${method}`, async c => await call(c, schema, run))
  }
  on('createEmbeddingSecret', bodies.createSecret, async ({ title, workbookId }) => {
    const { secret, privateKey } = await embeds.createSecret(title, workbookId)
    return { embeddingSecretId: secret.embeddingSecretId, privateKey: privateKey.reveal() }
  })
  on('getEmbeddingSecret', bodies.secret, body => {
    const found = embeds.secret(body.embeddingSecretId)
    return found && secretAnswer(found)
  })
  for (const method of ['listEmbeddingSecrets', 'listEmbeddingSecret'])
    on(method, bodies.secrets, body => embeds.secrets(body.workbookId).map(secretAnswer))
  on('deleteEmbeddingSecret', bodies.secret, ({ embeddingSecretId }) =>
    embeds.deleteSecret(embeddingSecretId) ? { embeddingSecretId } : undefined,
  )
  on('createEmbed', bodies.createEmbed, body => faultOf(body, parts) ?? embedAnswer(embeds.createEmbed(body)))
  for (const method of ['listEmbeds', 'listEmbed'])
    on(method, bodies.embeds, body => embeds.embeds(body.entryId).map(embedAnswer))
  on('updateEmbed', bodies.updateEmbed, ({ embedId, ...given }) => {
    const old = embeds.embed(embedId)
    if (old === undefined) return undefined
    const { depsIds, unsignedParams, privateParams } = given
    const fields = {
      title: given.title ?? old.title,
      embeddingSecretId: given.embeddingSecretId ?? old.embeddingSecretId,
      publicParamsMode: given.publicParamsMode ?? old.publicParamsMode,
      settings: given.settings ?? old.settings,
      depsIds,
      unsignedParams,
      privateParams,
    }
    const fault = faultOf({ ...fields, entryId: old.entryId }, parts)
    if (fault !== undefined) return fault
    const updated = embeds.updateEmbed(embedId, fields)
    return updated && embedAnswer(updated)
  })
  on('deleteEmbed', bodies.embed, ({ embedId }) => (embeds.deleteEmbed(embedId) ? { embedId } : undefined))
  return routes
}

/** A refusal that a call gives in place of its answer. */
class Refused {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    this.refusal = refusal
  }
}

async function call<S extends z.ZodType>(
  c: Ctx,
  schema: S,
  run: (body: z.output<S>) => object | undefined | Promise<object | undefined>,
): Promise<Response> {
  const read = await readBody(c, schema)
  if ('refusal' in read) return refuse(c, read.refusal)
  const answer = await run(read.value)
  if (answer === undefined)
    return refuse(c, { status: 404, body: { code: 'NOT_FOUND', message: 'There is nothing of this id.' } })
  return answer instanceof Refused ? refuse(c, answer.refusal) : c.json(answer)
}

/** What an embed names has to be there. */
function faultOf(
  { embeddingSecretId, entryId, depsIds }: Pick<EmbedFields, 'embeddingSecretId' | 'entryId' | 'depsIds'>,
  { embeds, catalog }: SandboxParts,
): Refused | undefined {
  const scope = catalog.entry(entryId)?.scope
  if (embeds.secret(embeddingSecretId) === undefined)
    return new Refused(badRequest('embeddingSecretId: there is no such embedding secret.'))
  if (scope !== 'chart' && scope !== 'dash')
    return new Refused(badRequest('entryId: there is no chart or dashboard of this id.'))
  const missing = depsIds.find(dependency => catalog.entry(dependency) === undefined)
  return missing === undefined
    ? undefined
    : new Refused(badRequest(`depsIds: there is no entry ${JSON.stringify(missing)}.`))
}

/** Nobody has logged in, and scripts want to be told who it was. */
const somebody = 'sandbox'

function embedAnswer(embed: Embed) {
  return { ...embed, createdBy: somebody, updatedBy: somebody }
}

function secretAnswer({ publicKey, ...rest }: EmbeddingSecret) {
  return {
    ...rest,
    createdBy: somebody,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}
