/** The sandbox's own tools: its trace, its switches, and its content as a file. */
import { Hono } from 'hono'
import { z } from 'zod'
import { writeContent } from '../../content/write.ts'
import { switches, switchNames, type SwitchValues } from '../../embed/switches.ts'
import { badRequest, readBody, refuse } from '../answer.ts'
import type { Env, SandboxParts } from '../parts.ts'

const turnBody = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))

export function toolRoutes({ trace, switchboard, content }: SandboxParts): Hono<Env> {
  const routes = new Hono<Env>()
  routes.get('/trace.json', c => c.json(trace.list()))
  // The page of the same name is for people.
  routes.get('/trace', async (c, next) =>
    c.req.header('accept')?.includes('application/json') === true ? c.json(trace.list()) : await next(),
  )
  routes.get('/content.yaml', c => {
    c.header('content-type', 'application/yaml; charset=utf-8')
    return c.body(writeContent(content))
  })
  routes.get('/switches', c => c.json(tableOf(switchboard.values)))
  routes.post('/switches', async c => {
    const read = await readBody(c, turnBody)
    if ('refusal' in read) return refuse(c, read.refusal)
    const wanted = Object.entries(read.value).map(([name, value]) => [name, String(value)] as const)
    const fault = switchboard.turn(Object.fromEntries(wanted))
    return fault === undefined ? c.json(tableOf(switchboard.values)) : refuse(c, badRequest(`${fault}.`))
  })
  return routes
}

/** Each switch as it stands, with all that is known of it. */
function tableOf(values: SwitchValues) {
  return switchNames.map(name => {
    const { kind, says, source, takes } = switches[name]
    return { name, value: values[name], default: switches[name].default, kind, says, takes, source }
  })
}
