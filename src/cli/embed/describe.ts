/** The head of a report, as lines for people. Pure. */
import { printable } from '../frame/table.ts'
import type { EmbedReport } from './report.ts'

export function describe(report: EmbedReport): string {
  const { platform, embedId, issuedAt, expiresAt, lifetime, params, address } = report
  const rows: readonly (readonly [name: string, text: string | undefined])[] = [
    ['platform', platform],
    ['embed', embedId],
    ['from', issuedAt],
    ['until', expiresAt],
    ['lifetime', lifetime],
    ...Object.entries(params).map(
      ([name, value]) => ['signed', `${name} = ${JSON.stringify(value)}`] as const,
    ),
    ['address', address && `${address.origin}${address.path}`],
    ...(address?.query ?? []).map(
      ([name, value]) => ['not signed', `${name} = ${JSON.stringify(value)}`] as const,
    ),
  ]
  const known = rows.flatMap(([name, text]) =>
    text === undefined ? [] : [`  ${name.padEnd(11)}${line(text)}\n`],
  )
  return known.length === 0 ? '' : `${known.join('')}\n`
}

/** In characters. The whole is for programs. */
const mostShown = 200

function line(text: string): string {
  const clean = Array.from(printable(text))
  return clean.length <= mostShown ? clean.join('') : `${clean.slice(0, mostShown).join('')}…`
}
