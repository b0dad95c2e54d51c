/** New connections, and what there is to see without embedding. Bodies are the sandbox's own: DataLens's are not public. */
import { Hono } from 'hono'
import { z } from 'zod'
import { ClickHouseError } from '../../../clickhouse/errors.ts'
import { adviceFor } from '../../connector/advice.ts'
import { accessTokenChecks, type AccessTokenCheck } from '../../connector/answers.ts'
import type { BoundConnection } from '../../connector/bound-connection.ts'
import type { Connector } from '../../connector/connector.ts'
import { describeFailure } from '../../data/failure.ts'
import type { Refusal } from '../../embed/model.ts'
import type { Step } from '../../embed/steps.ts'
import type { Entry } from '../../state/catalog.ts'
import { badRequest, languageOf, readBody, refuse, type Ctx } from '../answer.ts'
import type { Env, SandboxParts } from '../parts.ts'
import { previewAnswer } from './shapes.ts'

const connectBody = z.object({
  name: z.string().trim().min(1).max(200).default('Connection'),
  access_token: z.string().max(10_000),
  connector: z.string().optional(),
})

export function connectionRoutes(parts: SandboxParts): Hono<Env> {
  const routes = new Hono<Env>()
  routes.post('/connections', async c => await connect(c, parts))
  routes.get('/entries', c => c.json(parts.catalog.entries().map(entry => entryAnswer(entry, c))))
  routes.get('/charts/:id', async c => {
    const answer = await parts.backend.preview(c.req.param('id'), c.req.raw.signal)
    c.get('note').entryId = c.req.param('id')
    c.get('note').steps.push(...answer.steps)
    return answer.ok ? c.json(previewAnswer(answer, languageOf(c))) : refuse(c, answer.refusal)
  })
  return routes
}

function entryAnswer({ id, scope, name, workbook, source }: Entry, c: Ctx) {
  return { id, scope, name: name[languageOf(c)], workbookId: workbook.id, source }
}

async function connect(c: Ctx, parts: SandboxParts): Promise<Response> {
  const read = await readBody(c, connectBody)
  if ('refusal' in read) return refuse(c, read.refusal)
  const { name, access_token: token, connector: wanted } = read.value
  const connector = connectorOf(wanted, parts)
  if (connector === undefined)
    return refuse(
      c,
      badRequest(`There is no connector of this name; there are ${[...parts.connectors.keys()].join(', ')}.`),
    )
  if (parts.catalog.isFull)
    return refuse(c, {
      status: 409,
      body: { message: 'The sandbox has no room for another connection: start it anew.' },
    })
  const note = c.get('note')
  const { revokeKeyVersion, unknownVersionStatus } = parts.switchboard.values
  const answer = connector.connect(token, revokeKeyVersion)
  if (answer.status !== 200) {
    const { message, check } = answer
    const advice = adviceFor(token, check)
    note.steps.push(...tokenSteps(check, advice))
    if (check === 'version')
      return refuse(c, { status: unknownVersionStatus, body: { message, check, advice } })
    return refuse(c, { status: answer.status, body: { message: `${message}.`, check, advice } })
  }
  note.steps.push(...tokenSteps(undefined, ''))
  const { connection } = answer
  const tables = await tablesOf(connection, c)
  if ('refusal' in tables) {
    await connection.close()
    return refuse(c, tables.refusal)
  }
  const { id, entries } = parts.catalog.attach(connection, name)
  return c.json({ id, name, tables: tables.names, entries: entries.map(entry => entryAnswer(entry, c)) })
}

function connectorOf(name: string | undefined, { connectors }: SandboxParts): Connector | undefined {
  return name === undefined ? [...connectors.values()][0] : connectors.get(name)
}

const passedWords: Readonly<Record<AccessTokenCheck, string>> = {
  format: 'It has four parts, and two of them are base64.',
  version: 'DataLens knows both key versions.',
  signature: 'The partner signed it.',
  decryption: 'It is sealed for DataLens.',
  payload: 'It names a database.',
}

/** @param failed undefined: none */
function tokenSteps(failed: AccessTokenCheck | undefined, advice: string): readonly Step[] {
  const last = failed === undefined ? accessTokenChecks.length : accessTokenChecks.indexOf(failed)
  return accessTokenChecks.slice(0, last + 1).map(name => ({
    party: 'connector',
    name,
    passed: name !== failed,
    says: name === failed ? advice : passedWords[name],
  }))
}

async function tablesOf(
  connection: BoundConnection,
  c: Ctx,
): Promise<{ readonly names: readonly string[] } | { readonly refusal: Refusal }> {
  const { steps } = c.get('note')
  try {
    const names = await connection.tables(c.req.raw.signal)
    steps.push({
      party: 'connector',
      name: 'tables',
      passed: true,
      says: `The reader sees ${names.length} tables.`,
    })
    return { names }
  } catch (error) {
    if (!(error instanceof ClickHouseError)) throw error
    const { says, refusal } = describeFailure(error)
    steps.push({ party: 'connector', name: 'tables', passed: false, says })
    return { refusal: { status: refusal.status, body: { message: says, check: 'tables' } } }
  }
}
