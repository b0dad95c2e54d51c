/** The page `/_sandbox/trace`: new requests appear by themselves. */
const everyMs = 2000

async function refresh(): Promise<void> {
  const response = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' }).catch(
    () => undefined,
  )
  if (response?.ok !== true) return
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html')
  const now = document.querySelector('#requests')
  const next = fresh.querySelector('#requests')
  if (now === null || next === null || now.getAttribute('data-newest') === next.getAttribute('data-newest'))
    return
  // An element that is moved loses the focus.
  const focused = document.activeElement
  // Those that are known stay as they are, with what is open and where the focus is.
  const known = new Map([...now.querySelectorAll('[data-number]')].map(item => [numberOf(item), item]))
  for (const item of next.querySelectorAll('[data-number]'))
    item.replaceWith(known.get(numberOf(item)) ?? item)
  now.replaceWith(next)
  if (focused instanceof HTMLElement && focused.isConnected) focused.focus()
}

function numberOf(item: Element): string {
  return item.getAttribute('data-number') ?? ''
}

async function follow(): Promise<void> {
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, everyMs))
    if (document.visibilityState === 'visible') await refresh()
  }
}

void follow()
