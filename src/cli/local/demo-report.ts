import type { Environment } from '../../dev/environment.ts'
import type { Terminal } from '../frame/command.ts'
import type { Row } from './demo-checks.ts'
import type { LinkRow } from './demo-links.ts'
import { stylesFor } from '../frame/styles.ts'
import { renderTable } from '../frame/table.ts'

export interface Results {
  readonly tenants: readonly Row[]
  readonly links: readonly LinkRow[]
}

const tenantHead = ['TENANT', 'DATABASE', 'KEYS', 'TOKEN AT DATALENS', 'ROWS READ', 'OTHER DATABASES']

const linkHead = ['EMBED', 'SHOWS', 'SIGNED PARAMETERS', 'LINK AT DATALENS', 'GOOD FOR']

/** The tables, notes on what it cannot show, and the verdict. */
export function renderReport({ tenants, links }: Results, terminal: Terminal): string {
  const { good, bad, faint } = stylesFor(terminal)
  const tenantCells = tenants.map(row => [
    row.tenant,
    row.database,
    row.keys,
    row.token,
    row.rows,
    row.others,
  ])
  const linkCells = links.map(row => [row.embed, row.shows, row.parameters, row.link, row.goodFor])
  const notes = tenants.flatMap(({ tenant, note }) =>
    note === undefined ? [] : [`${tenant} is refused: ${note}`],
  )
  const problems = [
    ...tenants.flatMap(({ tenant, problems }) => problems.map(problem => `${tenant}: ${problem}`)),
    ...links.flatMap(({ embed, problems }) => problems.map(problem => `${embed}: ${problem}`)),
  ]
  const checks = [...tenants, ...links].reduce((sum, row) => sum + row.checks, 0)
  const verdict =
    problems.length === 0
      ? good(`All ${checks} checks held.`)
      : bad(
          `${problems.length} of ${checks} checks did not hold:\n${problems.map(line => `  ${line}`).join('\n')}`,
        )
  const tables = [tableOf(tenantHead, tenantCells, terminal), tableOf(linkHead, linkCells, terminal)]
  return `\n${[...tables, ...notes.map(faint), verdict].join('\n')}\n`
}

function tableOf(head: readonly string[], cells: readonly (readonly string[])[], terminal: Terminal): string {
  const [titles = '', ...lines] = renderTable(head, cells).trimEnd().split('\n')
  return [stylesFor(terminal).strong(titles), ...lines, ''].join('\n')
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
  kubectl get secret lobby-embed --namespace portal --output jsonpath='{.data.url}' | base64 --decode    # an embed's link

Ctrl-C ends the demo and removes everything.
`
}
