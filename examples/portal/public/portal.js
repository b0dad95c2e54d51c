// What pages do in the browser. They work without it, but for the frames and the copy button.
import { defineLensEmbed } from './lens-embed.min.js'

defineLensEmbed()

/** @type {Record<string, string>} */
const says = {
  loading: 'Loading …',
  live: '',
  retrying: 'The link could not be renewed. Trying again …',
  expired: 'The link has ended. Trying again …',
  denied: 'You are signed out, or may not see this. What is shown goes when its link ends.',
  failed: 'This cannot be shown. Load the page anew, or ask your administrator.',
}

document.addEventListener('lens-embed-state', event => {
  const { state, shown } = event.detail
  const box = event.target.closest('.embed')
  const text = state === 'retrying' && !shown ? 'Not ready yet. Trying again …' : (says[state] ?? '')
  box.toggleAttribute('data-shown', shown)
  box.querySelector('.state').textContent = text
  if (state === 'live') for (const notice of document.querySelectorAll('[data-until-live]')) notice.remove()
  // Nothing is left to see: the login says more.
  if (state === 'denied' && !shown) location.assign('/login')
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
