import { counted } from '../../core/text/list-text.ts'
import { metadataPrefixes, namespace } from '../../config/flag-values.ts'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { lint as findingsIn } from './check.ts'
import { embedNames } from './embeds.ts'
import { readObjects, readOthers, readSources, type Source } from './files.ts'
import type { Finding } from './finding.ts'
import { stylesFor } from '../frame/styles.ts'
import { isData, outputFlags, writeData } from '../frame/output.ts'
import { printable } from '../frame/table.ts'

const flags = {
  namespace: {
    type: 'string',
    short: 'n',
    placeholder: 'NAMESPACE',
    default: 'default',
    description: 'where objects go that name no namespace',
    parse: namespace,
  },
  'secret-metadata-prefixes': {
    type: 'string',
    placeholder: 'A,B',
    description: 'what the operator’s flag of this name allows; without it, that is not checked',
    parse: metadataPrefixes,
  },
  strict: { type: 'boolean', description: 'warnings count as errors' },
  ...outputFlags,
} as const satisfies Flags

const notes = `Reads every .yaml, .yml and .json file below DIR and says what the API server or the operator would refuse:
  yaml    it cannot be read, or a key is there twice
  schema  unknown fields, wrong types, forms and ranges, what is missing
  rule    the CEL rules of the definitions, but for those about changes
  policy  whether the PartnerKey allows the tenant’s namespace, database name, Drop and Secret metadata
  claim   a database that two tenants of one ClickHouse want, or that is assigned to another; a Secret of two embeds
  key     whether DataLens’s public key can be used, and whether an embed’s signing key is offered
  stale   containers that take an embed’s link by env or subPath, and so never see the next one
Of other kinds, only Secrets and workloads that have to do with an embed are looked at. Files that are no YAML and do
not name lenskeeper.dev are passed over. Give it what one cluster gets: two overlays that define the same tenants would
seem to claim their databases twice. DIR may be a file, and "-" is standard input.

Exit codes: 0 no errors; 1 errors; 2 wrong flags, or nothing of ours in DIR.
Examples:
  lenskeeper lint deploy/tenants
  kustomize build overlays/production | lenskeeper lint -o json -`

export const lint: Command = {
  name: 'lint',
  summary: 'Checks YAML of ours before it is applied, without a cluster.',
  usage: 'lint DIR... [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    if (positionals.length === 0)
      throw new UsageError('which files? Give a folder, a file, or - for standard input')
    const sources = await sourcesOf(positionals, terminal)
    const read = readObjects(sources)
    const ours = read.objects.filter(({ kind }) => kind !== 'Namespace').length
    if (ours === 0 && read.misread.length === 0) {
      throw new UsageError(
        `no object of lenskeeper.dev in ${positionals.join(', ')} (${counted(read.files, 'file')})`,
      )
    }
    const findings = findingsIn(read, readOthers(sources, embedNames(read.objects)), {
      namespace: values.namespace,
      metadataPrefixes: values['secret-metadata-prefixes'],
    })
    const errors = count(findings, 'error')
    const warnings = count(findings, 'warning')
    if (isData(values.output))
      writeData(terminal, values.output, { files: read.files, objects: ours, errors, warnings, findings })
    else terminal.write(render(findings, { files: read.files, objects: ours, errors, warnings }, terminal))
    return errors > 0 || (values.strict && warnings > 0) ? exitCode.failed : exitCode.done
  },
}

async function sourcesOf(paths: readonly string[], terminal: Terminal): Promise<readonly Source[]> {
  const files = readSources(paths.filter(path => path !== '-'))
  if (!paths.includes('-')) return files
  return [...files, { file: '<stdin>', text: await terminal.readInput() }]
}

interface Totals {
  readonly files: number
  readonly objects: number
  readonly errors: number
  readonly warnings: number
}

/** One line a finding, in the form that editors and CI make clickable. */
function render(findings: readonly Finding[], totals: Totals, terminal: Terminal): string {
  const { bad, good, faint } = stylesFor(terminal)
  const lines = findings.map(({ file, line, column, severity, object, field, message, check }) => {
    const where = `${file}:${line}:${column}`
    const what = [object, field].filter(part => part !== '').join(': ')
    const word = severity === 'error' ? bad('error') : faint('warning')
    return `${where}: ${word}: ${printable(what === '' ? message : `${what}: ${message}`)} ${faint(`[${check}]`)}`
  })
  const { files, objects, errors, warnings } = totals
  const sum = `${counted(objects, 'object')} in ${counted(files, 'file')}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`
  return `${[...lines, errors === 0 ? good(sum) : bad(sum)].join('\n')}\n`
}

function count(findings: readonly Finding[], severity: Finding['severity']): number {
  return findings.filter(finding => finding.severity === severity).length
}
