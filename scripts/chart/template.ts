/** One object of the base as a template: places become expressions, and everything else stays as it is. */
import { isCollection, isMap, isScalar, Scalar, YAMLSeq, type Document } from 'yaml'

export type Path = readonly (string | number)[]

/** Where an object differs by what the user chose. In lines, `@2` is the indentation of the place and two more. */
export type Place =
  /** The scalar there is this expression. What the base says of its own is `unsaid`. */
  | { readonly path: Path; readonly is: string; readonly unsaid?: true }
  /** These lines are what is there, instead of the base's. */
  | { readonly path: Path; readonly holds: readonly string[] }
  /** These lines follow what is in the map or list there. */
  | { readonly path: Path; readonly gets: readonly string[] }

export interface TemplateRule {
  readonly places: readonly Place[]
  /** Words of the base, and what they are in the chart, wherever they stand. */
  readonly words?: Readonly<Record<string, string>> | undefined
  /** Around the whole: `if …` or `range …`; nothing for what is always there. */
  readonly around?: string | undefined
}

const token = (index: number): string => `HELM_PLACE_${index}_`

/** Changes the document. */
export function renderTemplate(document: Document, { places, words = {} }: TemplateRule): string {
  places.forEach((place, index) => mark(document, place, token(index)))
  const marked = document.toString({ lineWidth: 118, flowCollectionPadding: false })
  // What looks like an expression in the base is text.
  const escaped = marked.replaceAll('{{', '{{ "{{" }}')
  const worded = Object.entries(words).reduce((text, [word, by]) => text.replaceAll(word, by), escaped)
  return places.reduce((text, place, index) => fill(text, place, token(index)), worded)
}

function mark(document: Document, place: Place, name: string): void {
  if ('gets' in place) {
    const inside = document.getIn(place.path)
    if (inside instanceof YAMLSeq) {
      inside.flow = false
      inside.add(new Scalar(name))
    } else {
      if (isCollection(inside)) inside.flow = false
      document.setIn([...place.path, name], null)
    }
    return
  }
  const scalar = new Scalar(name)
  const before = document.getIn(place.path, true)
  // What is said of the value in the same line is true of the place, too.
  if ('is' in place && isScalar(before)) scalar.comment = before.comment ?? null
  document.setIn(place.path, scalar)
  if ('is' in place && place.unsaid) silence(document, place.path)
}

function silence(document: Document, path: Path): void {
  const parent = document.getIn(path.slice(0, -1))
  if (!isMap(parent)) return
  const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
  if (isScalar(pair?.key)) pair.key.commentBefore = null
  // What is said of the first of a map is said of the map, as the parser sees it.
  if (pair === parent.items[0]) parent.commentBefore = null
}

function fill(text: string, place: Place, name: string): string {
  if ('is' in place) return once(text, name, () => place.is)
  if ('holds' in place) {
    const line = new RegExp(`^( *(?:- )?)(\\S+): ${name}$`, 'm')
    return once(text, line, (_, indent: string, key: string) => {
      const deeper = `${' '.repeat(indent.length)}  `
      return [`${indent}${key}:`, ...indented(place.holds, deeper)].join('\n')
    })
  }
  const line = new RegExp(`^( *)(?:- ${name}|${name}: null)$`, 'm')
  return once(text, line, (_, indent: string) => indented(place.gets, indent).join('\n'))
}

function once(text: string, what: string | RegExp, by: (...found: string[]) => string): string {
  const filled = text.replace(what, by)
  if (filled === text) throw new Error(`the template has no line for ${String(what)}`)
  return filled
}

function indented(lines: readonly string[], indent: string): readonly string[] {
  return lines.map(
    line => indent + line.replaceAll(/@(\d)/g, (_, more: string) => String(indent.length + Number(more))),
  )
}
