import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { completionScripts } from '../../../src/cli/completion/scripts.ts'
import { root } from '../../docs/pages.ts'

/** What bash offers, of a program that answers with these lines. */
function offeredByBash(answer: string): string {
  const script = `
lenskeeper() { printf 'asked:%s\\n' "$*" >&2; printf '${answer}'; }
${completionScripts.bash}
COMP_WORDS=(lenskeeper rollout p x)
COMP_CWORD=2
_lenskeeper 2>&3
printf '%s|' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', `exec 3>&1\n${script}`], { encoding: 'utf8' })
}

test('bash offers the words without what describes them', () => {
  expect(offeredByBash('plan\\twhat it would be\\npause\\tno further tenant\\n:4\\n')).toBe('plan|pause|')
  expect(offeredByBash(':4\\n')).toBe('|')
})

test('each script is what its shell takes, as far as that is here', () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const args = shell === 'fish' ? ['--no-execute'] : ['-n']
    try {
      execFileSync(shell, args, { input: completionScripts[shell], stdio: ['pipe', 'pipe', 'pipe'] })
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code, shell).toBe('ENOENT')
    }
  }
})

test('kubectl’s is the one that is installed', () => {
  const path = join(root, 'bin/kubectl_complete-lenskeeper')
  expect(readFileSync(path, 'utf8')).toBe(completionScripts.kubectl)
  expect(statSync(path).mode & 0o111).toBe(0o111)
})
