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

/** What a shell prints, or undefined where there is none of its name. */
function printedBy(shell: string, script: string, flags: readonly string[] = []): string | undefined {
  try {
    return execFileSync(shell, [...flags, '-c', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code, shell).toBe('ENOENT')
    return undefined
  }
}

/** Of the completion system of zsh, only what the script calls. */
function offeredByZsh(answer: string): string | undefined {
  return printedBy(
    'zsh',
    `
compdef() { : }
_describe() { printf '%s|' "\${(@P)2}" }
_files() { printf 'files|' }
lenskeeper() { printf '(%s)' "$*" >&3; printf '${answer}' }
${completionScripts.zsh}
words=(lenskeeper rollout p x); CURRENT=3
exec 3>&1
_lenskeeper`,
  )
}

test('zsh offers words with what describes them, and a colon in a word is no end of it, as far as zsh is here', () => {
  expect([undefined, '(__complete rollout p)plan:what it would be|1\\:2:a pair|x|']).toContain(
    offeredByZsh('plan\\twhat it would be\\n1:2\\ta pair\\nx\\n:4\\n'),
  )
  expect([undefined, '(__complete rollout p)files|']).toContain(offeredByZsh(':0\\n'))
})

test('fish offers the same, as far as fish is here', () => {
  const offered = printedBy(
    'fish',
    `
function lenskeeper; printf 'plan\\twhat it would be\\n%s\\tasked\\n:4\\n' (string join , $argv); end
${completionScripts.fish}
complete --do-complete 'lenskeeper rollout '`,
  )
  expect([undefined, 'plan\twhat it would be\n__complete,rollout,\tasked\n']).toContain(offered)
})

test.each(['bash', 'zsh', 'fish'] as const)(
  'the script for %s is what it takes, as far as it is here',
  shell => {
    expect([undefined, '']).toContain(printedBy(shell, completionScripts[shell], ['-n']))
  },
)

test('kubectl’s is the one that is installed', () => {
  const path = join(root, 'bin/kubectl_complete-lenskeeper')
  expect(readFileSync(path, 'utf8')).toBe(completionScripts.kubectl)
  expect(statSync(path).mode & 0o111).toBe(0o111)
})
