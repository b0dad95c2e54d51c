import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright-core'

const images = join(import.meta.dirname, '../../docs/images')

/** A larger share of a picture that differs is a change; a smaller one is how machines draw letters. */
const noise = 0.01

/**
 * Holds a picture of the docs to what the page looks like. One that no longer does is written anew, which fails the test
 * once: somebody has to look at it.
 */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  const now = await page.screenshot({ fullPage: true, animations: 'disabled', caret: 'hide' })
  const path = join(images, `${name}.png`)
  const share = existsSync(path) ? await differingShare(page, await readFile(path), now) : 1
  if (share <= noise) return
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, now)
  throw new Error(`docs/images/${name}.png was out of date and is written anew: look at it, and commit it`)
}

/** From 0 to 1; 1 for pictures of different sizes. The browser itself reads them, in a page that has no policy. */
async function differingShare(page: Page, before: Buffer, after: Buffer): Promise<number> {
  const blank = await page.context().newPage()
  const pictures = [before, after].map(png => `data:image/png;base64,${png.toString('base64')}`)
  try {
    return await blank.evaluate(async pictures => {
      const [before, after] = await Promise.all(
        pictures.map(async source => {
          const bitmap = await createImageBitmap(await (await fetch(source)).blob())
          // Smaller, so that a letter that is drawn a little otherwise is the same.
          const [width, height] = [Math.ceil(bitmap.width / 4), Math.ceil(bitmap.height / 4)]
          const context = new OffscreenCanvas(width, height).getContext('2d')
          context?.drawImage(bitmap, 0, 0, width, height)
          return { width, height, data: context?.getImageData(0, 0, width, height).data ?? [] }
        }),
      )
      if (before === undefined || after === undefined) return 1
      if (before.width !== after.width || before.height !== after.height) return 1
      let differing = 0
      for (let at = 0; at < after.data.length; at += 4) {
        const far = [0, 1, 2].some(
          channel => Math.abs((before.data[at + channel] ?? 0) - (after.data[at + channel] ?? 0)) > 32,
        )
        if (far) differing++
      }
      return differing / (after.width * after.height)
    }, pictures)
  } finally {
    await blank.close()
  }
}
