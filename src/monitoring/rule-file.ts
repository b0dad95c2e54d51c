import { stringify } from 'yaml'
import type { Alert } from './alert.ts'
import { alertGroups } from './alerts.ts'
import { whose } from './installation.ts'

/** Where people keep this repository; an overlay puts its own there. */
const pages = 'https://git.example/lenskeeper/docs'

/** The rules as Prometheus itself takes them: `groups` of a rule file, and `spec` of a PrometheusRule. */
export function ruleGroups() {
  return { groups: alertGroups.map(({ name, alerts }) => ({ name, rules: alerts.map(ruleOf) })) }
}

function ruleOf({ name, expr, for: duration, severity, summary, description }: Alert) {
  return {
    alert: name,
    expr,
    ...(duration === undefined ? {} : { for: duration }),
    labels: { severity },
    annotations: {
      summary: whose + summary,
      description,
      runbook_url: `${pages}/troubleshooting.md#${name.toLowerCase()}`,
    },
  }
}

export function renderPrometheusRule(): string {
  const rule = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      name: 'lenskeeper',
      namespace: 'lenskeeper-system',
      labels: { 'app.kubernetes.io/name': 'lenskeeper' },
    },
    spec: ruleGroups(),
  }
  return `# Generated from src/monitoring by \`npm run crds\`; do not edit.\n${stringify(rule, { lineWidth: 0 })}`
}
