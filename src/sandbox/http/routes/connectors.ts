/** The hand-over to and from a partner, which DataLens's manager does by hand. */
import { Hono } from 'hono'
import { z } from 'zod'
import { listText } from '../../../core/text/list-text.ts'
import { KeyMaterialError } from '../../../token/errors.ts'
import { inspectPartnerPublicKey } from '../../../token/keys.ts'
import type { Connector } from '../../connector/connector.ts'
import type { Refusal } from '../../embed/model.ts'
import { badRequest, refuse } from '../answer.ts'
import type { Env, SandboxParts } from '../parts.ts'

/** As tokens write them: DataLens looks versions up as texts. */
const version = z
  .string()
  .regex(/^[1-9]\d{0,8}$/)
  .transform(Number)

export function connectorRoutes({ connectors }: SandboxParts): Hono<Env> {
  const routes = new Hono<Env>()
  routes.get('/', c => c.json([...connectors].map(([name, connector]) => ({ name, ...connector.keys() }))))
  routes.put('/:name/partner-keys/:version', async c => {
    const found = find(c.req.param(), connectors)
    if ('status' in found) return refuse(c, found)
    try {
      const { publicPem, fingerprint } = inspectPartnerPublicKey(await c.req.text())
      found.connector.learnPartnerKey(found.version, publicPem)
      return c.json({ version: found.version, fingerprint })
    } catch (error) {
      if (!(error instanceof KeyMaterialError)) throw error
      return refuse(c, badRequest(error.message))
    }
  })
  routes.post('/:name/datalens-keys/:version', async c => {
    const found = find(c.req.param(), connectors)
    if ('status' in found) return refuse(c, found)
    return c.json({ version: found.version, publicKey: await found.connector.issueKey(found.version) })
  })
  return routes
}

interface Found {
  readonly connector: Connector
  readonly version: number
}

function find(
  asked: { readonly name: string; readonly version: string },
  connectors: SandboxParts['connectors'],
): Found | Refusal {
  const connector = connectors.get(asked.name)
  if (connector === undefined) {
    const names = listText([...connectors.keys()], { most: 10 })
    return notFound(`There is no connector of this name. Those of this sandbox: ${names}.`)
  }
  const parsed = version.safeParse(asked.version)
  if (!parsed.success) return notFound('A key version is a number from 1 to 999999999, in digits alone.')
  return { connector, version: parsed.data }
}

function notFound(message: string): Refusal {
  return { status: 404, body: { code: 'NOT_FOUND', message } }
}
