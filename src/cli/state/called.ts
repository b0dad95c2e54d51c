import type { ResourceDefinition } from '../../api/definition/resource.ts'

/** Whether the word, in any case, means this kind: ours for it, or one that kubectl takes. */
export function isCalled({ noun, shortName, kind, plural }: ResourceDefinition, word: string): boolean {
  return [noun, `${noun}s`, shortName, kind.toLowerCase(), plural].includes(word.toLowerCase())
}
