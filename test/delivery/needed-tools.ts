/** Which programs test files will ask for: read out of them, and of what they import. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { importsOf } from '../structure/modules.ts'
import { goTools, type GoTool } from './go-tool.ts'

/** In the order of the list. @param files paths of test files */
export function toolsNeededBy(files: Iterable<string>): readonly GoTool[] {
  const reached = new Set(files)
  const asked = new Set<string>()
  // What is added meanwhile is visited, too.
  for (const path of reached) {
    const text = readFileSync(path, 'utf8')
    for (const [, name = ''] of text.matchAll(/\bgoTool\('(\w+)'/g)) asked.add(name)
    for (const { specifier, typeOnly } of importsOf(text, ''))
      if (!typeOnly && isOurTest(specifier)) reached.add(join(dirname(path), specifier))
  }
  return goTools.filter(name => asked.has(name))
}

/** None of src/ asks for any. */
function isOurTest(specifier: string): boolean {
  return specifier.startsWith('.') && specifier.endsWith('.ts') && !specifier.includes('/src/')
}
