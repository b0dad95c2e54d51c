/** The hand-over to and from a partner, which DataLens's manager does by hand. */
import { Hono } from 'hono'
import { z } from 'zod'
import { KeyMaterialError } from '../../../token/errors.ts'
import { inspectPartnerPublicKey } from '../../../token/keys.ts'
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
    const connector = connectors.get(c.req.param('name'))
    const parsed = version.safeParse(c.req.param('version'))
    if (connector === undefined || !parsed.success) return refuse(c, unknown)
    try {
      const { publicPem, fingerprint } = inspectPartnerPublicKey(await c.req.text())
      connector.learnPartnerKey(parsed.data, publicPem)
      return c.json({ version: parsed.data, fingerprint })
    } catch (error) {
      if (!(error instanceof KeyMaterialError)) throw error
      return refuse(c, badRequest(error.message))
    }
  })
  routes.post('/:name/datalens-keys/:version', async c => {
    const connector = connectors.get(c.req.param('name'))
    const parsed = version.safeParse(c.req.param('version'))
    if (connector === undefined || !parsed.success) return refuse(c, unknown)
    return c.json({ version: parsed.data, publicKey: await connector.issueKey(parsed.data) })
  })
  return routes
}

const unknown = { status: 404, body: { message: 'There is no such connector, or this is no key version.' } }
