import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { z } from 'zod'
import type { Language } from '../content/model.ts'
import type { Refusal } from '../embed/model.ts'
import type { Env } from './parts.ts'

export type Ctx = Context<Env>

export function refuse(c: Ctx, { status, body }: Refusal): Response {
  return c.json(body, status as ContentfulStatusCode)
}

/** A request that is wrong in itself. */
export function badRequest(message: string): Refusal {
  return { status: 400, body: { code: 'BAD_REQUEST', message } }
}

/** The body as the schema has it, or what is wrong with it. An empty one counts as `{}`. */
export async function readBody<S extends z.ZodType>(
  c: Ctx,
  schema: S,
): Promise<{ readonly value: z.output<S> } | { readonly refusal: Refusal }> {
  const given = await readJson(c)
  if (given === undefined) return { refusal: badRequest('The body is no JSON.') }
  const parsed = schema.safeParse(given.json)
  if (parsed.success) return { value: parsed.data }
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'body'}: ${message}`,
  )
  return { refusal: badRequest(faults.slice(0, 5).join('; ')) }
}

async function readJson(c: Ctx): Promise<{ readonly json: unknown } | undefined> {
  const text = await c.req.text()
  try {
    return { json: text.trim() === '' ? {} : JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Russian when the request asks for it: `_lang=ru`. */
export function languageOf(c: Ctx): Language {
  return c.req.query('_lang') === 'ru' ? 'ru' : 'en'
}
