import type { SecureEmbed } from '../../api/secure-embed.ts'
import { leanOwner } from '../../published-secret/request.ts'

type Params = NonNullable<SecureEmbed['spec']['params']>

/** In characters. Of more neither a token nor an address can be made. */
export const mostParams = 96 * 1024

/** Thousands of small ones take more than their text. */
const perValue = 16

/** Stands for more than is kept. It has no name, so no link is made of it either. */
const tooMany: Params = [{ name: '' }]

/** What a cache keeps of an embed. An author may write a megabyte of parameters into each of thousands. Pure. */
export function leanEmbed(embed: SecureEmbed): SecureEmbed {
  const lean = leanOwner(embed)
  const { params, unsignedParams, ...spec } = lean.spec
  if (sizeOf(params) + sizeOf(unsignedParams) <= mostParams) return lean
  return { ...lean, spec: { ...spec, params: tooMany } }
}

export function hasTooManyParams({ params }: Pick<SecureEmbed['spec'], 'params'>): boolean {
  return params === tooMany
}

function sizeOf(params: Params = []): number {
  let size = 0
  for (const { name, value, values = [] } of params) {
    size += name.length + String(value ?? '').length
    for (const each of values) size += String(each).length + perValue
  }
  return size
}
