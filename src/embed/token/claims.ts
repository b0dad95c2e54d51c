/** What an embed token says. */
import type { Validity } from './lifetime.ts'
import type { CheckedParam, ParamValue } from '../parameters.ts'
import { platforms, type Embed } from '../platform.ts'

export interface Claims extends Validity {
  readonly embedId: string
  readonly dlEmbedService: string
  readonly params: readonly CheckedParam[]
}

export function claimsOf(
  { platform, embedId }: Pick<Embed, 'platform' | 'embedId'>,
  { iat, exp }: Validity,
  params: readonly CheckedParam[],
): Claims {
  return { embedId, dlEmbedService: platforms[platform].serviceMark, iat, exp, params }
}

/** The claims as JSON. Each value is written for itself, so that no `toJSON` of a prototype has a say in it. */
export function claimsJson({ embedId, dlEmbedService, iat, exp, params }: Claims): string {
  const fields: (readonly [string, string])[] = [
    ['embedId', JSON.stringify(embedId)],
    ['dlEmbedService', JSON.stringify(dlEmbedService)],
    ['iat', JSON.stringify(iat)],
    ['exp', JSON.stringify(exp)],
  ]
  if (params.length > 0)
    fields.push(['params', object(params.map(({ name, value }) => [name, valueJson(value)]))])
  return object(fields)
}

function object(fields: readonly (readonly [name: string, json: string])[]): string {
  return `{${fields.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`
}

function valueJson(value: ParamValue): string {
  if (typeof value === 'string' || typeof value === 'number') return JSON.stringify(value)
  return `[${value.map(item => JSON.stringify(item)).join(',')}]`
}
