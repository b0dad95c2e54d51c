import type { Terminal } from '../frame/command.ts'
import { placesOf, type Places } from '../chain/places.ts'
import type { Row } from './demo-checks.ts'
import type { LinkRow } from './demo-links.ts'
import type { ViewerRow } from './demo-viewers.ts'
import { stylesFor } from '../frame/styles.ts'
import { renderTable } from '../frame/table.ts'

export interface Results {
  readonly tenants: readonly Row[]
  readonly links: readonly LinkRow[]
  readonly viewers: readonly ViewerRow[]
}

const tenantHead = ['TENANT', 'DATABASE', 'KEYS', 'TOKEN AT DATALENS', 'ROWS READ', 'OTHER DATABASES']

const linkHead = ['EMBED', 'SHOWS', 'SIGNED PARAMETERS', 'LINK AT DATALENS', 'GOOD FOR']

const viewerHead = ['VIEWER', 'PAGE OF THE PORTAL', 'EMBED', 'ROWS OF ITS CHART', 'OTHERS’ CHARTS']

/** What did not hold, with whose it is. */
export function problemsOf({ tenants, links, viewers }: Results): readonly string[] {
  const named = [
    ...tenants.map(({ tenant, problems }) => ({ name: tenant, problems })),
    ...links.map(({ embed, problems }) => ({ name: embed, problems })),
    ...viewers.map(({ viewer, page, problems }) => ({ name: `${viewer} at ${page}`, problems })),
  ]
  return named.flatMap(({ name, problems }) => problems.map(problem => `${name}: ${problem}`))
}

/** The tables, notes on what it cannot show, and the verdict. */
export function renderReport(results: Results, terminal: Terminal): string {
  const { tenants, links, viewers } = results
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
  const viewerCells = viewers.map(row => [row.viewer, row.page, row.embed, row.rows, row.othersChart])
  const notes = tenants.flatMap(({ tenant, note }) =>
    note === undefined ? [] : [`${tenant} is refused: ${note}`],
  )
  const problems = problemsOf(results)
  const checks = [...tenants, ...links, ...viewers].reduce((sum, row) => sum + row.checks, 0)
  const verdict =
    problems.length === 0
      ? good(`All ${checks} checks held.`)
      : bad(
          `${problems.length} of ${checks} checks did not hold:\n${problems.map(line => `  ${line}`).join('\n')}`,
        )
  const tables = [
    tableOf(tenantHead, tenantCells, terminal),
    tableOf(linkHead, linkCells, terminal),
    tableOf(viewerHead, viewerCells, terminal),
  ]
  return `\n${[...tables, ...notes.map(faint), verdict].join('\n')}\n`
}

function tableOf(head: readonly string[], cells: readonly (readonly string[])[], terminal: Terminal): string {
  const [titles = '', ...lines] = renderTable(head, cells).trimEnd().split('\n')
  return [stylesFor(terminal).strong(titles), ...lines, ''].join('\n')
}

interface ClusterAt {
  /** Path of the file. */
  readonly kubeconfig: string
  /** Path of the program. */
  readonly kubectl: string
}

/** Where to look in a browser, and lines to copy into another terminal. */
export function suggestions({ kubeconfig, kubectl }: ClusterAt, chain: Places): string {
  const places = placesOf(chain).map(([name, value]) => `  ${name.padEnd(10)}${value}`)
  return `
Open in a browser:
${places.join('\n')}

Try in another terminal:
  export KUBECONFIG=${kubeconfig}
  alias kubectl=${kubectl}
  kubectl get lenskeeper --all-namespaces
  kubectl describe ctenant curious --namespace stranger
  kubectl get secret client-1234383-datalens --namespace tenants --output jsonpath='{.data.token}' | base64 --decode
  kubectl delete secret client-1234383-datalens --namespace tenants    # it is back at once
  kubectl patch pkey acme --namespace datalens --type merge --patch '{"spec":{"keyVersion":2}}'    # rotate
  kubectl get configmap acme-handover --namespace datalens --output jsonpath='{.data.public\\.pem}' | curl --upload-file - ${chain.sandbox.url}/api/connectors/acme/partner-keys/2    # and tell DataLens
  kubectl get secret lobby-embed --namespace portal --output jsonpath='{.data.url}' | base64 --decode    # an embed’s link

Ctrl-C ends the demo and removes everything.
`
}
