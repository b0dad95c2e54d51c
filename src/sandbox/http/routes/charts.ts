/** The charts API, which embedded pages ask. Source: controllers/embeds.ts and embedded-entry.ts of datalens-ui. */
import { Hono } from 'hono'
import { judgeArrival, type Controller } from '../../embed/arrival.ts'
import { codes, handedOn, handedOnForDashboard, refusedByCharts } from '../../embed/answers.ts'
import { judgeEmbedToken } from '../../embed/judge.ts'
import type { Refusal, Values, VerifiedToken } from '../../embed/model.ts'
import { mergeParameters, readValues } from '../../embed/parameters.ts'
import type { DataAnswer } from '../../data/backend.ts'
import type { ControlData } from '../../data/question.ts'
import { badRequest, languageOf, readBody, refuse, type Ctx } from '../answer.ts'
import { askBody } from './ask-body.ts'
import { csvOf } from './csv.ts'
import { dashboardData, runAnswer } from './shapes.ts'
import type { Env, SandboxParts } from '../parts.ts'

export function chartsRoutes(parts: SandboxParts): Hono<Env> {
  const routes = new Hono<Env>()
  routes.post('/run', async c => {
    const asked = await ask(c, parts)
    if ('refusal' in asked) return refuse(c, asked.refusal)
    const { token, answer } = asked
    return c.json(runAnswer({ token, answer, language: languageOf(c) }))
  })
  routes.post('/export', async c => {
    const asked = await ask(c, parts)
    if ('refusal' in asked) return refuse(c, asked.refusal)
    const { token, answer } = asked
    if (!mayExport(token, c, parts)) return refuse(c, handedOn({ status: 403, body: {} }))
    c.header('content-type', 'text/csv; charset=utf-8')
    c.header('content-disposition', `attachment; filename="${token.entryId}.csv"`)
    return c.body(csvOf(runAnswer({ token, answer, language: languageOf(c) }).data))
  })
  routes.get('/embedded-entry', c => {
    const verified = verify(c, parts, { entryId: undefined, controller: 'dashboard' })
    if ('refusal' in verified) return refuse(c, verified.refusal)
    const entry = parts.catalog.entry(verified.token.entryId)
    if (entry?.scope !== 'dash') return refuse(c, invalidToken)
    return c.json({ entryId: entry.id, scope: 'dash', data: dashboardData(entry, verified.token) })
  })
  return routes
}

const invalidToken: Refusal = refusedByCharts(400, codes.invalidToken, 'Invalid token')

type Asked =
  | { readonly token: VerifiedToken; readonly answer: Extract<DataAnswer, { readonly ok: true }> }
  | { readonly refusal: Refusal }

/** All parties one after the other: the charts API, the storage, the charts API again, the data backend. */
async function ask(c: Ctx, parts: SandboxParts): Promise<Asked> {
  const read = await readBody(c, askBody)
  const note = c.get('note')
  // Who shows no token is told so first, whatever the body.
  const { id: entryId, controlData: control, params } = 'value' in read ? read.value : {}
  const verified = verify(c, parts, {
    entryId: control === undefined ? entryId : undefined,
    controller: 'charts',
  })
  if ('refusal' in verified) return verified
  if ('refusal' in read) return read
  const unsigned = readValues(params)
  if (unsigned === undefined) return { refusal: badRequest('params: takes texts and lists of texts.') }
  const { token, raw } = verified
  if (!hasRows(token, control, parts)) return { refusal: invalidToken }
  note.steps.push(mergedStep(token, unsigned, parts))
  const request = { token: raw, entryId: token.entryId, control, unsigned }
  const answer = await parts.backend.run(request, c.req.raw.signal)
  note.steps.push(...answer.steps)
  return answer.ok ? { token, answer } : { refusal: withReason(answer.refusal) }
}

interface Verified {
  readonly token: VerifiedToken
  readonly raw: string
}

function verify(
  c: Ctx,
  { embeds, switchboard, clock }: SandboxParts,
  { entryId, controller }: { readonly entryId: string | undefined; readonly controller: Controller },
): Verified | { readonly refusal: Refusal } {
  const note = c.get('note')
  const switches = switchboard.values
  const arrival = judgeArrival(c.req.header('x-dl-embed-token'), switches, controller)
  note.steps.push(...arrival.steps)
  note.entryId = entryId
  if (!arrival.ok) return arrival
  const judged = judgeEmbedToken(arrival.token, {
    lookup: embeds,
    switches,
    now: clock.now(),
    party: 'storage',
    entryId,
  })
  note.steps.push(...judged.steps)
  if (!judged.ok) {
    const hand = controller === 'dashboard' ? handedOnForDashboard : handedOn
    return { refusal: hand(judged.refusal) }
  }
  const { token } = judged
  note.embedId = token.embed.embedId
  note.entryId = token.entryId
  return { token, raw: arrival.token }
}

/** A dashboard itself has none; its selectors have. */
function hasRows(
  { entryId }: VerifiedToken,
  control: ControlData | undefined,
  { catalog }: SandboxParts,
): boolean {
  const scope = catalog.entry(entryId)?.scope
  return scope === 'chart' || scope === undefined || (scope === 'dash' && control !== undefined)
}

/** How many, never which: a name may be as telling as a value. */
function mergedStep({ embed, params }: VerifiedToken, unsigned: Values, { switchboard }: SandboxParts) {
  const { values, dropped, overruled } = mergeParameters(
    { signed: params, unsigned },
    embed,
    switchboard.values,
  )
  const says = `${values.size} parameters, ${params.size} of them signed; ${dropped.length} unsigned ones dropped, ${overruled.length} overruled.`
  return { party: 'charts', name: 'parameters', passed: true, says } as const
}

function mayExport({ embed }: VerifiedToken, c: Ctx, { switchboard }: SandboxParts): boolean {
  const passed = embed.settings.enableExport === true || !switchboard.values.exportNeedsSetting
  const says = passed
    ? 'The embed lets rows be exported.'
    : 'The embed does not let rows be exported: settings.enableExport.'
  c.get('note').steps.push({ party: 'charts', name: 'export-allowed', passed, says })
  return passed
}

/** Beside what DataLens's charts API hands on, the sandbox says what is wrong with the data. */
function withReason(refusal: Refusal): Refusal {
  const { status, body } = handedOn(refusal)
  return { status, body: { ...body, message: refusal.body['message'] } }
}
