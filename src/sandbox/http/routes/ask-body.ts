import { z } from 'zod'

const absent = <T>(value: T | null | undefined): T | undefined => value ?? undefined

/** What is asked for: an entry, with parameters of the address; or the values of a selector. */
export const askBody = z.object({
  id: z.string().nullish().transform(absent),
  params: z.unknown().optional(),
  controlData: z.object({ id: z.string(), tabId: z.string() }).nullish().transform(absent),
})
