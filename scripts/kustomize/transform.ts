/** What a kustomization does to the objects that it leads to: as much of it as deploy/ uses. */
import { isMap, parse, type Document } from 'yaml'

export interface Transformations {
  readonly labels?: readonly {
    readonly pairs: Readonly<Record<string, string>>
    readonly includeSelectors: boolean
  }[]
  readonly namespace?: string
  readonly patches?: readonly {
    readonly target: { readonly kind: string; readonly name: string }
    /** JSON patches, as YAML. */
    readonly patch: string
  }[]
}

interface Operation {
  readonly op: string
  readonly path: string
  readonly value: unknown
}

export const transformations = ['labels', 'namespace', 'patches'] as const

/** Changes the document. */
export function transform(
  document: Document,
  { labels = [], namespace, patches = [] }: Transformations,
): void {
  for (const { target, patch } of patches)
    if (document.get('kind') === target.kind && document.getIn(['metadata', 'name']) === target.name)
      for (const operation of parse(patch) as readonly Operation[]) change(document, operation)
  if (namespace !== undefined) document.setIn(['metadata', 'namespace'], namespace)
  for (const { pairs, includeSelectors } of labels) {
    if (includeSelectors) throw new Error('labels in selectors are not known to scripts/kustomize: teach it')
    for (const [name, value] of Object.entries(pairs)) document.setIn(['metadata', 'labels', name], value)
  }
}

/** Replaces what is there, or adds a field that is not. */
function change(document: Document, { op, path, value }: Operation): void {
  const places = path.split('/').slice(1)
  const isKnown = op === 'replace' ? document.hasIn(places) : op === 'add' && isNewField(document, places)
  if (!isKnown)
    throw new Error(
      `a patch that is ${op} at ${path} is not known to scripts/kustomize, or has nothing to work on`,
    )
  document.setIn(places, document.createNode(value))
}

/** Into a list, JSON patch would insert. */
function isNewField(document: Document, places: readonly string[]): boolean {
  return isMap(document.getIn(places.slice(0, -1))) && !document.hasIn(places)
}
