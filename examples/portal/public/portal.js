// What pages do in the browser. They work without it, but for the frames and the copy button.
import { defineLensEmbed } from './lens-embed.min.js'

defineLensEmbed()

/** @type {Record<string, string>} */
const says = {
  loading: 'Loading …',
  live: '',
  retrying: 'The link could not be renewed. Trying again …',
  expired: 'The link has ended. Trying again …',
  denied: 'You may not see this, or something between your browser and this site is in the way.',
  failed: 'This cannot be shown. Load the page anew, or ask your administrator.',
}

/** @param {string} state @param {number | undefined} httpStatus @param {boolean} shown */
function saysFor(state, httpStatus, shown) {
  if (state === 'retrying' && !shown) return 'Not ready yet. Trying again …'
  if (state === 'denied' && httpStatus === 401)
    return 'You are signed out. What is shown goes when its link ends.'
  return says[state] ?? ''
}

document.addEventListener('lens-embed-state', event => {
  const { state, shown, httpStatus } = event.detail
  const box = event.target.closest('.embed')
  const text = saysFor(state, httpStatus, shown)
  box.toggleAttribute('data-shown', shown)
  box.querySelector('.state').textContent = text
  if (state === 'live') for (const notice of document.querySelectorAll('[data-until-live]')) notice.remove()
  // Nobody is logged in and nothing is left to see: the login says more.
  if (state === 'denied' && httpStatus === 401 && !shown) location.assign('/login')
})

for (const button of document.querySelectorAll('[data-copy]'))
  button.addEventListener('click', () => void copy(document.getElementById(button.dataset.copy)))

const card = document.querySelector('[data-token-version]')
if (card !== null) {
  setInterval(() => void checkToken(), 30_000)
  document.addEventListener('visibilitychange', () => void checkToken())
}

/** @param {HTMLTextAreaElement} field */
async function copy(field) {
  field.select()
  const isCopied = await navigator.clipboard.writeText(field.value).then(
    () => true,
    () => false,
  )
  card.querySelector('.state').textContent = isCopied
    ? 'Copied.'
    : 'The browser does not let it be copied. It is selected: copy it by the keyboard.'
}

/** The token may be replaced while the page is open. */
async function checkToken() {
  if (document.visibilityState !== 'visible') return
  const response = await fetch('/connect/version').catch(() => undefined)
  if (response?.status === 401) return location.assign('/login')
  if (!response?.ok) return
  const { version } = await response.json()
  if (version !== card.dataset.tokenVersion) location.reload()
}
