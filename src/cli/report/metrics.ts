import { scrubText } from './scrub.ts'

const scrapeMs = 15_000

/** The operator’s metrics as lines, from where they can be reached; the first says of which process they are. */
export async function metricsAt(url: string, signal: AbortSignal): Promise<readonly string[]> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(scrapeMs)])
  const address = metricsAddress(url)
  const answer = await fetch(address, { signal: either, redirect: 'error' }).catch((error: unknown) => {
    throw new Error(`${address.origin} does not answer (${reasonOf(error)}): is the port-forward up?`)
  })
  if (!answer.ok) throw new Error(`the answer is ${answer.status}`)
  const lines = scrubText(await answer.text()).split('\n')
  return [ownerOf(lines), ...lines]
}

/** Below the address that was given: through a proxy, the root is somebody else’s. */
export function metricsAddress(url: string): URL {
  const address = new URL(url)
  const parts = address.pathname.split('/').filter(part => part !== '')
  if (parts.at(-1) !== 'metrics') parts.push('metrics')
  address.pathname = parts.join('/')
  return address
}

function ownerOf(lines: readonly string[]): string {
  if (lines.includes('lenskeeper_leader 1')) return '# Of the process that leads.'
  if (lines.includes('lenskeeper_leader 0')) return '# Of a process that does not lead.'
  throw new Error('these are not those of Lenskeeper. Give the address below which its /metrics are')
}

/** What fetch itself says is the same for all that may be wrong. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
