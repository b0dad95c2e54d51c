import { expect, test } from 'vitest'
import { bundleBrowserHelper, compressedSize } from '../../../scripts/browser-helper.ts'

test('the helper is at most 4 KB for a page to load', async () => {
  const code = await bundleBrowserHelper()
  expect(code).toContain('SECURE_EMBEDDING_TOKEN_UPDATE')
  expect(compressedSize(code)).toBeLessThanOrEqual(4096)
})
