/** The Helm chart: deploy/helm/lenskeeper is the kustomize base with places for what its user chooses. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { readBase, type BaseFile } from '../kustomize/base.ts'
import { leftOut, ruleOf, withoutOwnRules } from './rules.ts'
import { renderTemplate } from './template.ts'
import { chartValues } from './values.ts'
import { renderSchema, renderTable, renderValues } from './values-files.ts'

export const chartFolder = 'deploy/helm/lenskeeper'

/** Written by hand; everything else in the folder is made here. */
export const handwritten: ReadonlySet<string> = new Set([
  join(chartFolder, 'templates/_helpers.tpl'),
  join(chartFolder, 'templates/NOTES.txt'),
])

const generated = 'Generated from deploy/ by `npm run crds`; do not edit.'

/** Text by path from the folder of the project. */
export function chartFiles(root: string): ReadonlyMap<string, string> {
  const base = ['deploy', 'deploy/namespaced/watched', 'deploy/crds', 'deploy/monitoring']
    .flatMap(folder => readBase(root, folder))
    .filter(({ path }) => !leftOut.has(path))
  const values = chartValues(base)
  return new Map([
    [join(chartFolder, 'Chart.yaml'), `# ${generated}\n${stringify(metadata(root))}`],
    [join(chartFolder, 'values.yaml'), renderValues(values, `# ${generated}`)],
    [join(chartFolder, 'values.schema.json'), renderSchema(values)],
    [
      join(chartFolder, 'dashboard.json'),
      readFileSync(join(root, 'deploy/monitoring/dashboard.json'), 'utf8'),
    ],
    [join(chartFolder, 'README.md'), readme(renderTable(values))],
    ...base.map(file => [templatePath(file.path), templateOf(file)] as const),
  ])
}

function metadata(root: string): object {
  const { version, description, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly version: string
    readonly description: string
    readonly license: string
  }
  return {
    apiVersion: 'v2',
    name: 'lenskeeper',
    description,
    type: 'application',
    version,
    appVersion: version,
    // The suffix lets in what clouds call 1.32.1-gke.100.
    kubeVersion: '>=1.32.0-0',
    keywords: ['datalens', 'clickhouse', 'operator'],
    annotations: { 'artifacthub.io/license': license },
  }
}

function templatePath(path: string): string {
  return join(chartFolder, 'templates', path.replace(/^deploy\/(namespaced\/)?/, ''))
}

function templateOf(file: BaseFile): string {
  withoutOwnRules(file)
  const rule = ruleOf(file)
  const { around } = rule
  const objects = file.documents
    .map(document => renderTemplate(document, rule))
    .map(text => text.replace(/^---\n/, ''))
  const header = `{{- /* ${generated} */ -}}\n`
  if (around === undefined) return header + objects.join('---\n')
  return `${header}{{- ${around} }}\n---\n${objects.join('---\n')}{{- end }}\n`
}

function readme(table: string): string {
  return `<!-- ${generated} -->

# The Helm chart of Lenskeeper

How to install with it, go over to it and leave it: [deploy/README.md](../../README.md#with-helm). A value that is not in this table is refused.

${table}
`
}
