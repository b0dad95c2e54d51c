/** The storage and the data backend, as the charts API asks them; here anybody may, to see that they verify, too. */
import { Hono } from 'hono'
import { judgeArrival } from '../../embed/arrival.ts'
import { judgeEmbedToken } from '../../embed/judge.ts'
import { readValues } from '../../embed/parameters.ts'
import { badRequest, languageOf, readBody, refuse, type Ctx } from '../answer.ts'
import type { Env, SandboxParts } from '../parts.ts'
import { askBody } from './ask-body.ts'
import { previewAnswer } from './shapes.ts'

export function storageRoutes(parts: SandboxParts): Hono<Env> {
  const routes = new Hono<Env>()
  routes.get('/v1/embedded-entry', c => embeddedEntry(c, parts, c.req.query('entryId')))
  routes.get('/embeds/entries/:id', c => embeddedEntry(c, parts, c.req.param('id')))
  return routes
}

function embeddedEntry(
  c: Ctx,
  { embeds, catalog, switchboard, clock }: SandboxParts,
  entryId: string | undefined,
): Response {
  const note = c.get('note')
  note.entryId = entryId
  const switches = switchboard.values
  const arrival = judgeArrival(c.req.header('x-dl-embed-token'), switches)
  if (!arrival.ok) {
    note.steps.push(...arrival.steps)
    return refuse(c, arrival.refusal)
  }
  const judged = judgeEmbedToken(arrival.token, {
    lookup: embeds,
    switches,
    now: clock.now(),
    party: 'storage',
    entryId,
  })
  note.steps.push(...judged.steps)
  if (!judged.ok) return refuse(c, judged.refusal)
  const { embed, params } = judged.token
  note.embedId = embed.embedId
  const entry = catalog.entry(judged.token.entryId)
  if (entry === undefined)
    return refuse(c, { status: 404, body: { code: 'NOT_EXIST_ENTRY', message: 'The entry is gone' } })
  const { id, scope, workbook } = entry
  return c.json({
    entry: { entryId: id, scope, workbookId: workbook.id },
    embed,
    token: { params: Object.fromEntries(params) },
  })
}

/** The address of the real one is not public. */
export function dataRoutes(parts: SandboxParts): Hono<Env> {
  const routes = new Hono<Env>()
  routes.post('/run', async c => {
    const read = await readBody(c, askBody)
    if ('refusal' in read) return refuse(c, read.refusal)
    const { id: entryId, controlData: control, params } = read.value
    const unsigned = readValues(params)
    if (unsigned === undefined) return refuse(c, badRequest('params: takes texts and lists of texts.'))
    const token = c.req.header('x-dl-embed-token') ?? ''
    const answer = await parts.backend.run({ token, entryId, control, unsigned }, c.req.raw.signal)
    c.get('note').steps.push(...answer.steps)
    return answer.ok ? c.json(previewAnswer(answer, languageOf(c)).data) : refuse(c, answer.refusal)
  })
  return routes
}
