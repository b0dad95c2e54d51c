import type { Environment } from '../../dev/environment.ts'
import type { Terminal } from '../frame/command.ts'
import type { Row } from './demo-checks.ts'
import { stylesFor } from '../frame/styles.ts'
import { renderTable } from '../frame/table.ts'

const head = ['TENANT', 'DATABASE', 'KEYS', 'TOKEN AT DATALENS', 'ROWS READ', 'OTHER DATABASES']

/** The table, notes on what it cannot show, and the verdict. */
export function renderReport(rows: readonly Row[], terminal: Terminal): string {
  const { good, bad, faint, strong } = stylesFor(terminal)
  const cells = rows.map(row => [row.tenant, row.database, row.keys, row.token, row.rows, row.others])
  const [titles = '', ...lines] = renderTable(head, cells).trimEnd().split('\n')
  const notes = rows.flatMap(({ tenant, note }) =>
    note === undefined ? [] : [`${tenant} is refused: ${note}`],
  )
  const problems = rows.flatMap(({ tenant, problems }) => problems.map(problem => `${tenant}: ${problem}`))
  const checks = rows.reduce((sum, row) => sum + row.checks, 0)
  const verdict =
    problems.length === 0
      ? good(`All ${checks} checks held.`)
      : bad(
          `${problems.length} of ${checks} checks did not hold:\n${problems.map(line => `  ${line}`).join('\n')}`,
        )
  const parts = [strong(titles), ...lines, '', ...notes.map(faint), verdict]
  return `\n${parts.join('\n')}\n`
}

/** Lines to copy into another terminal. */
export function suggestions(environment: Environment): string {
  return `
Try in another terminal:
  export KUBECONFIG=${environment.kubeconfigPath}
  alias kubectl=${environment.controlPlane.binaries.kubectl}
  kubectl get lenskeeper --all-namespaces
  kubectl describe ctenant curious --namespace stranger
  kubectl get secret client-1234383-datalens --namespace tenants --output jsonpath='{.data.token}' | base64 --decode
  kubectl delete secret client-1234383-datalens --namespace tenants    # it is back at once
  kubectl patch pkey acme --namespace datalens --type merge --patch '{"spec":{"keyVersion":2}}'    # rotate

Ctrl-C ends the demo and removes everything.
`
}
