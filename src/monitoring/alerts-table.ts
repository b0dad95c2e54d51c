import { alerts } from './alerts.ts'

const header = '| alert | severity | after | what it says |\n|---|---|---|---|'

/** For docs/operations.md. */
export function renderAlertsTable(): string {
  const rows = alerts.map(
    ({ name, severity, for: duration = 'at once', summary }) =>
      `| [\`${name}\`](troubleshooting.md#${name.toLowerCase()}) | ${severity} | ${duration} | ${withoutLabels(summary)} |`,
  )
  return [header, ...rows].join('\n')
}

function withoutLabels(summary: string): string {
  return summary.replaceAll(/ \(\{\{ [^}]* \}\}\)/g, '').replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '`$1`')
}
