import { expect, test } from 'vitest'
import { bundleBrowserHelper } from '../../../scripts/browser-helper.ts'

test('on a server, where there are no elements, it is imported and defines nothing', async () => {
  expect('HTMLElement' in globalThis).toBe(false)
  const code = await bundleBrowserHelper()
  const helper = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Record<
    string,
    () => void
  >
  expect(Object.keys(helper).sort()).toEqual(['defineLensEmbed', 'mount'])
  expect(helper['defineLensEmbed']).not.toThrow()
})
