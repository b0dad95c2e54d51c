import { closest } from '../../core/text/closest.ts'
import { inWords } from '../../core/text/list-text.ts'
import { remarkOf } from '../../api/served.ts'
import { findCondition, isAmiss, isTrue, type Condition } from '../../api/conditions.ts'
import { kinds } from '../../api/kinds.ts'
import { keyOf, type KubeObject } from '../../api/object.ts'
import type { ResourceDefinition } from '../../api/definition/resource.ts'
import { parseFlags, UsageError, type Flags } from '../../config/flags.ts'
import {
  absent,
  clusterFlags,
  nameArgument,
  namespaceFlag,
  withCluster,
  type Cluster,
} from '../cluster/cluster.ts'
import { amiss } from './amiss.ts'
import { isCalled } from './called.ts'
import { columnsOf } from './columns.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { stylesFor } from '../frame/styles.ts'
import { isData, listFlags, writeData } from '../frame/output.ts'
import { printable, renderTable } from '../frame/table.ts'

const flags = {
  ...namespaceFlag,
  'all-namespaces': { type: 'boolean', short: 'A', description: 'all of them' },
  ...clusterFlags,
  ...listFlags,
} as const satisfies Flags

const notes = `Shows the columns of kubectl get and, of whatever is not as it should be, what is wrong and what to do about it. What is
left to do though all are served is shown, too, and leaves the exit code as it is. With a NAME, every condition.

Exit codes: 0 all that is shown is served as it should be; 1 something is not, or is not there; 2 wrong flags.
Examples:
  lenskeeper status -A
  lenskeeper status tenant client-1234383 -n tenants`

const nouns = kinds.map(({ noun }) => noun)

export const status: Command = {
  name: 'status',
  summary: `Shows how ${inWords(
    nouns.map(noun => `${noun}s`),
    'and',
  )} are.`,
  usage: `status [${nouns.join('|')}] [NAME] [flags]`,
  flags,
  firstWords: nouns,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    const [noun, name, ...more] = positionals
    if (more.length > 0) throw new UsageError(`unexpected argument "${more[0]}"`)
    if (values['all-namespaces'] && (name !== undefined || values.namespace !== undefined))
      throw new UsageError('--all-namespaces goes with neither NAME nor --namespace')
    const wanted = kinds.filter(kind => noun === undefined || isCalled(kind, noun))
    if (wanted.length === 0) throw noSuchKind(noun ?? '')
    const selection = {
      everywhere: values['all-namespaces'],
      name: name === undefined ? undefined : nameArgument(name, noun ?? ''),
    }
    const sections = await withCluster(values, terminal, cluster =>
      Promise.all(wanted.map(kind => readSection(kind, cluster, selection, terminal.signal))),
    )
    if (isData(values.output)) writeData(terminal, values.output, { items: sections.flatMap(itemsOf) })
    else if (values.output === 'name') terminal.write(namesIn(sections))
    else terminal.write(render(sections, { ...selection, isWide: values.output === 'wide' }, terminal))
    const isWell = sections.every(section => section.objects.every(object => isSound(section, object)))
    return isWell ? exitCode.done : exitCode.failed
  },
}

function noSuchKind(noun: string): UsageError {
  const meant = closest(noun, nouns)
  const guess = meant === undefined ? '' : ` did you mean "${meant}"?`
  return new UsageError(`there is no "${noun}";${guess} it takes ${inWords(nouns, 'or')}`)
}

interface Selection {
  readonly everywhere: boolean
  readonly name: string | undefined
}

interface Section {
  readonly definition: ResourceDefinition
  readonly objects: readonly Reported[]
}

interface Reported extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[]; readonly observedGeneration?: number }
}

async function readSection(
  definition: ResourceDefinition,
  cluster: Cluster,
  { everywhere, name }: Selection,
  signal: AbortSignal,
): Promise<Section> {
  const namespace = everywhere ? undefined : await cluster.namespace()
  const source = cluster.client<Reported>(definition)
  if (name === undefined) {
    const objects = await source.list(namespace === undefined ? {} : { namespace }, signal)
    return { definition, objects: objects.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) }
  }
  const key = `${namespace ?? ''}/${name}`
  const object = await source.get(key, signal)
  if (object !== undefined) return { definition, objects: [object] }
  throw absent(definition.kind, key)
}

/** Only the status: a spec or an annotation may hold what is not for a terminal. */
function itemsOf({ definition, objects }: Section) {
  return objects.map(object => ({
    kind: definition.kind,
    namespace: object.metadata.namespace,
    name: object.metadata.name,
    ready: isTrue(object.status?.conditions, 'Ready'),
    upToDate: isUpToDate(object),
    status: object.status ?? {},
  }))
}

/** Ready says whether it serves; another condition may still want somebody, such as a reader who may read too much. */
function isSound({ definition }: Section, object: Reported): boolean {
  return (
    isTrue(object.status?.conditions, 'Ready') &&
    amiss(object.status?.conditions, definition.conditions).length === 0
  )
}

function isUpToDate({ metadata, status: seen }: Reported): boolean {
  return seen !== undefined && (seen.observedGeneration ?? 0) >= (metadata.generation ?? 0)
}

/** As `kubectl get -o name` prints them, for other commands to read. */
function namesIn(sections: readonly Section[]): string {
  return sections
    .flatMap(({ definition: { kind, group }, objects }) =>
      objects.map(({ metadata }) => `${kind.toLowerCase()}.${group}/${metadata.name}\n`),
    )
    .join('')
}

function render(
  sections: readonly Section[],
  { everywhere, name, isWide }: Selection & { readonly isWide: boolean },
  terminal: Terminal,
): string {
  const { strong } = stylesFor(terminal)
  const shown = sections.filter(({ objects }) => objects.length > 0)
  if (shown.length === 0) return 'There is nothing here. -A looks in all namespaces.\n'
  const now = terminal.clock.now()
  return shown
    .map(({ definition, objects }) => {
      const columns = columnsOf(definition, now, isWide)
      const head = [...(everywhere ? ['NAMESPACE'] : []), 'NAME', ...columns.map(column => column.name)]
      const rows = objects.map(object => [
        ...(everywhere ? [object.metadata.namespace ?? ''] : []),
        object.metadata.name,
        ...columns.map(column => column.valueOf(object)),
      ])
      const remarks = objects.flatMap(object =>
        name === undefined ? remarksOn(object, definition, everywhere) : conditionsOf(object),
      )
      const title = strong(definition.kind)
      return [title, renderTable(head, rows).trimEnd(), ...remarks.map(line => `  ${line}`), ''].join('\n')
    })
    .join('\n')
}

function remarksOn(object: Reported, definition: ResourceDefinition, everywhere: boolean): readonly string[] {
  const name = everywhere ? keyOf(object) : object.metadata.name
  const ready = findCondition(object.status?.conditions, 'Ready')
  if (ready === undefined) return [notLookedAt(name)]
  const old = isUpToDate(object) ? [] : [`${name}: the operator has not looked at its latest change yet`]
  const remark = isAmiss(definition.conditions, ready) ? undefined : remarkOf(ready)
  return [
    ...old,
    ...(remark === undefined ? [] : [`${name}: ${printable(remark)}`]),
    ...amiss(object.status?.conditions, definition.conditions).map(
      ({ reason, message }) => `${name}: ${reason}: ${printable(message)}`,
    ),
  ]
}

function notLookedAt(name: string): string {
  return `${name}: the operator has not looked at it yet; does it run?`
}

function conditionsOf(object: Reported): readonly string[] {
  const conditions = object.status?.conditions ?? []
  if (conditions.length === 0) return [notLookedAt(object.metadata.name)]
  const lines = conditions.map(
    ({ type, status: answer, reason, message }) => `${type} ${answer} ${reason}: ${printable(message)}`,
  )
  return isUpToDate(object) ? lines : [...lines, 'The operator has not looked at its latest change yet.']
}
