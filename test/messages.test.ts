/** What the sources say to people, as far as a machine can judge it. */
import { expect, test } from 'vitest'
import { brokenCommands } from './builders/printed-commands.ts'
import { modules } from './structure/modules.ts'

/** One apostrophe everywhere, as in the CRDs: whoever searches for a message finds it, in a log as in a page. */
test('messages have the apostrophe ’', () => {
  const inWord = /\p{L}'\p{L}/u
  const behindPlural = /"[^"'=]*s' [^"'=]*"|`[^`'=]*s' [^`'=]*`/
  const wrong = modules.flatMap(({ path, code }) =>
    code
      .split('\n')
      .filter(line => inWord.test(line) || behindPlural.test(line))
      .map(line => `${path}: ${line.trim()}`),
  )
  expect(wrong).toEqual([])
})

/** It is copied along with the command; the messages that are put together are judged where they are tested. */
test('no full stop stands behind a command', () => {
  const command =
    /[:;] (?:kubectl|lenskeeper|openssl|ssh-keygen) (?:[^`'"\n.]|\.(?=\w)|\$\{[^}]*\})*\.(?:\s|[`'"])/
  const wrong = modules.flatMap(({ path, code }) =>
    code
      .split('\n')
      .filter(line => command.test(line))
      .map(line => `${path}: ${line.trim()}`),
  )
  expect(wrong).toEqual([])
})

test.each([
  ['Run: GRANT SELECT ON `a. b`.* TO `o` WITH GRANT OPTION;', []],
  ['Run: GRANT SELECT ON `a`.* TO `o`; REVOKE `r` FROM `d`; The operator grants it.', []],
  ['cannot read: run: GRANT SELECT ON `a`.* TO `o`; (code 497).', []],
  ['Since then: GRANT SELECT is answered with code 241 by ch1. They are tried again.', []],
  ['let these go: kubectl annotate chconn a b/c=8-1; 3 more: kubectl annotate chconn a b/c=3-1', []],
  ['Run: GRANT SELECT ON `a`.* TO `o`. Then', ['GRANT SELECT ON `name`.* TO `name`. Then']],
  ['Run: ALTER USER `a` SETTINGS readonly = 2', ['ALTER USER `name` SETTINGS readonly = 2']],
  ['let these go: kubectl annotate chconn a b/c=8-1.', ['kubectl annotate chconn a b/c=8-1.']],
  ['let these go: kubectl annotate chconn a b/c=8-1 (it is', ['kubectl annotate chconn a b/c=8-1 (it is']],
])('whether the commands in a message can be copied: %s', (message, broken) => {
  expect(brokenCommands(message)).toEqual(broken)
})
