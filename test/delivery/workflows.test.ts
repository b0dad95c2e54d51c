/** The workflows, by the linter that knows GitHub's language. */
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { root } from '../deploy/manifests.ts'
import { goTool } from './go-tool.ts'

test('the workflows have no fault that actionlint knows', async () => {
  const folder = join(root, '.github/workflows')
  const files = (await readdir(folder)).map(name => join(folder, name))
  expect(files.length).toBeGreaterThan(2)
  // Scripts in them would be looked at by programs that some machines have and others have not.
  const options = ['-shellcheck=', '-pyflakes=', '-no-color', ...files]
  const said = await promisify(execFile)(await goTool('actionlint'), options).catch(
    (error: unknown) => error as { readonly stdout: string; readonly stderr: string },
  )
  expect(`${said.stdout}${said.stderr}`).toBe('')
})
