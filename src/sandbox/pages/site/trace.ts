/** The page `/_sandbox/trace`: new requests appear by themselves, above those that are there. */
const everyMs = 2000

/** As many as the sandbox keeps. */
const most = 200

async function refresh(shown: HTMLElement): Promise<void> {
  const newest = newestOf(shown)
  const fresh = await load(newest)
  if (fresh === undefined || newestOf(fresh) === newest) return
  const list = shown.querySelector('ol')
  // There was none yet, or the sandbox has been started anew and counts from 1 again.
  if (list === null || newestOf(fresh) < newest) {
    shown.replaceWith(fresh)
    return
  }
  list.prepend(...fresh.querySelectorAll('[data-number]'))
  shown.dataset['newest'] = String(newestOf(fresh))
  while (list.childElementCount > most) list.lastElementChild?.remove()
}

/** Only what is newer than what is shown. */
async function load(newest: number): Promise<HTMLElement | undefined> {
  const url = new URL(location.href)
  url.searchParams.set('after', String(newest))
  try {
    const response = await fetch(url, { headers: { accept: 'text/html' }, cache: 'no-store' })
    if (!response.ok) return undefined
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    return page.querySelector<HTMLElement>('#requests') ?? undefined
  } catch {
    // The sandbox is away; what is shown stays.
    return undefined
  }
}

function newestOf({ dataset }: HTMLElement): number {
  return Number(dataset['newest'])
}

async function follow(): Promise<void> {
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, everyMs))
    const shown = document.querySelector<HTMLElement>('#requests')
    if (shown !== null && document.visibilityState === 'visible') await refresh(shown)
  }
}

void follow()
