import { describe, expect, test } from 'vitest'
import { eventually } from '../time/eventually.ts'
import { hang } from './portal.ts'
import { useScenes, type Scene } from './scene.ts'

const openScene = useScenes()

async function openWithElement(): Promise<Scene> {
  const scene = await openScene()
  await scene.page.evaluate(() => {
    window.lens.defineLensEmbed()
    window.lens.defineLensEmbed()
    document.body.insertAdjacentHTML(
      'beforeend',
      '<lens-embed endpoint="/api/embed/a" title="Sales" auto-height></lens-embed>',
    )
  })
  return scene
}

test('shows what its endpoint gives, refreshes it, and tells its states', async () => {
  const scene = await openScene()
  await scene.page.evaluate(() => {
    window.lens.defineLensEmbed()
    window.statuses['a'] = []
    document.body.addEventListener('lens-embed-state', event => {
      window.statuses['a']?.push(event.detail)
    })
    document.body.insertAdjacentHTML(
      'beforeend',
      '<lens-embed endpoint="/api/embed/a" title="Sales"></lens-embed>',
    )
  })
  await scene.expect({ requests: 1, notes: ['a-1 loads'] })
  await scene.pass(240)
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-1 hears a-2'] })
  await scene.page.evaluate(() => document.querySelector('lens-embed')?.refresh())
  await scene.expect({ requests: 3, notes: ['a-1 loads', 'a-1 hears a-2', 'a-1 hears a-3'] })
  expect(await scene.states('a')).toEqual(['loading', 'live'])
  expect(await scene.page.locator('lens-embed iframe').getAttribute('title')).toBe('Sales')
  expect(await scene.page.locator('lens-embed').evaluate(element => getComputedStyle(element).display)).toBe(
    'block',
  )
})

test('another endpoint: what was shown goes at once, and one request for what comes', async () => {
  const scene = await openWithElement()
  await scene.expect({ requests: 1, notes: ['a-1 loads'] })
  const framesLeft = await scene.page.locator('lens-embed').evaluate(element => {
    element.setAttribute('endpoint', '/api/embed/a')
    const before = element.shadowRoot?.childElementCount
    element.setAttribute('endpoint', '/api/embed/c')
    element.removeAttribute('auto-height')
    element.setAttribute('endpoint', '/api/embed/b')
    return [before, element.shadowRoot?.childElementCount]
  })
  expect(framesLeft).toEqual([1, 0])
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'b-1 loads'] })
  await scene.pass(240)
  await scene.expect({ requests: 3, notes: ['a-1 loads', 'b-1 loads', 'b-1 hears b-2'] })
})

describe('the frame is as high as the element, whatever makes it so', () => {
  test.each([
    ['a height', '', 'height: 120px', 120],
    ['a height of the layout', 'display: grid; grid-template-rows: 240px', '', 240],
    ['what a column leaves', 'display: flex; flex-direction: column; min-height: 400px', 'flex: 1', 400],
    ['what a row is high', 'display: flex; height: 330px', 'flex: 1', 330],
    ['a least height', '', 'min-height: 500px', 500],
    ['two insets', 'position: relative; height: 220px', 'position: absolute; inset: 10px', 200],
    ['a ratio', 'width: 600px', 'aspect-ratio: 2', 300],
    ['nothing', '', '', 150],
    ['nothing, as a page styles it', '', 'display: block; position: static; min-height: 260px', 260],
  ])('%s', async (_, around, own, height) => {
    const scene = await openScene()
    await scene.page.evaluate(
      ([around = '', own = '']) => {
        window.lens.defineLensEmbed()
        const element = document.createElement('lens-embed')
        element.setAttribute('endpoint', '/api/embed/a')
        element.style.cssText = own
        const parent = document.createElement('div')
        parent.style.cssText = around
        parent.append(element)
        document.body.append(parent)
      },
      [around, own],
    )
    await scene.expect({ requests: 1, notes: ['a-1 loads'] })
    const heights = await scene.page
      .locator('lens-embed')
      .evaluate(element => [
        element.getBoundingClientRect().height,
        element.shadowRoot?.querySelector('iframe')?.getBoundingClientRect().height,
      ])
    expect(heights).toEqual([height, height])
  })

  test('its page, where it asks for that', async () => {
    const scene = await openWithElement()
    await scene.expect({ requests: 1, notes: ['a-1 loads'] })
    for (let seconds = 0; seconds < 3; seconds++) await scene.pass(1)
    const height = (): Promise<number> =>
      scene.page.locator('lens-embed').evaluate(element => element.getBoundingClientRect().height)
    await eventually(async () => (await height()) === 777, { what: 'the height is set' })
  })
})

test('without an endpoint it shows nothing', async () => {
  const scene = await openWithElement()
  await scene.expect({ requests: 1, notes: ['a-1 loads'] })
  await scene.page.locator('lens-embed').evaluate(element => element.removeAttribute('endpoint'))
  await scene.pass(600)
  await scene.expect({ requests: 1, notes: ['a-1 loads'] })
  expect(await scene.page.locator('iframe').count()).toBe(0)
})

test('taken off the page in mid-request, it gives that up; put back, it begins anew', async () => {
  const scene = await openScene()
  scene.portal.next.push(hang)
  await scene.page.evaluate(() => {
    window.lens.defineLensEmbed()
    document.body.insertAdjacentHTML('beforeend', '<lens-embed endpoint="/api/embed/a"></lens-embed>')
  })
  await eventually(() => scene.portal.requests.length === 1, { what: 'the request arrives' })
  const element = await scene.page.locator('lens-embed').elementHandle()
  await element?.evaluate(element => element.remove())
  await eventually(() => scene.portal.givenUp === 1, { what: 'the request is given up' })
  await scene.pass(600)
  await scene.expect({ requests: 1, notes: [] })
  await element?.evaluate(element => document.body.append(element))
  await scene.expect({ requests: 2, notes: ['a-1 loads'] })
})

test('moved by moveBefore it keeps its frame', async () => {
  const scene = await openWithElement()
  await scene.expect({ requests: 1, notes: ['a-1 loads'] })
  await scene.page.locator('lens-embed').evaluate(element => {
    const parent = document.createElement('main')
    document.body.append(parent)
    ;(parent as HTMLElement & { moveBefore(node: Node, before: Node | null): void }).moveBefore(element, null)
  })
  await scene.expect({ requests: 1, notes: ['a-1 loads'] })
  await scene.pass(240)
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-1 hears a-2'] })
})

test('a name that is taken is left alone', async () => {
  const scene = await openScene()
  const kept = await scene.page.evaluate(() => {
    class Own extends HTMLElement {}
    customElements.define('lens-embed', Own)
    window.lens.defineLensEmbed()
    window.lens.defineLensEmbed('sales-embed')
    return customElements.get('lens-embed') === Own && customElements.get('sales-embed') !== undefined
  })
  expect(kept).toBe(true)
})
