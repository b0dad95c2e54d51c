/** What DataLens asks to know about a connector beside its key: read from a YAML file, and checked. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { CommandError } from '../frame/command-error.ts'

const text = z.string().trim().min(1)
const web = z.url({ protocol: /^https$/ })
const both = z.strictObject({ ru: text, en: text })

const schema = z.strictObject({
  name: both,
  description: both,
  useCases: z.strictObject({ ru: z.array(text).min(1), en: z.array(text).min(1) }),
  manual: z.union([web, z.strictObject({ ru: web, en: web })]),
  icon: text,
  price: both,
  developer: z.strictObject({
    name: text,
    email: z.email(),
    website: web.optional(),
    phone: text.optional(),
  }),
})

/** An example with every field, as the help shows it. */
export const particularsExample = `name: {ru: Акме Склад, en: Acme Stock}
description: {ru: Остатки и движение товаров., en: Stock and its movements.}
useCases:
  ru: [Оборачиваемость по складам]
  en: [Turnover by warehouse]
manual: https://acme.example/datalens        # or {ru: …, en: …}
icon: acme.svg                               # beside this file; SVG or PNG
price: {ru: Бесплатно, en: Free}
developer: {name: Acme, email: bi@acme.example, website: https://acme.example}
`

export type Particulars = z.infer<typeof schema>

export interface Icon {
  /** Path of the file. */
  readonly path: string
  /** With its dot, in lower case. */
  readonly extension: '.svg' | '.png'
}

export interface ReadParticulars {
  readonly particulars: Particulars
  readonly icon: Icon
}

/** What each field is for. Messages about a missing one say it. */
const purposes: Readonly<Record<string, string>> = {
  name: 'the connector’s name, in Russian and English',
  description: 'what it gives, in Russian and English',
  useCases: 'lists of use cases, in Russian and English',
  manual: 'the https address of its manual; one, or one for each language',
  icon: 'an SVG or PNG file, named relative to this one',
  price: 'what it costs, in Russian and English',
  developer: 'whom to ask: name, email, and optionally website and phone',
}

/** @throws CommandError that names every field that is wrong */
export function readParticulars(path: string): ReadParticulars {
  const document = parseDocument(readText(path))
  const [syntax] = document.errors
  if (syntax !== undefined)
    throw new CommandError(`${path} is no YAML: ${syntax.message.split('\n')[0] ?? ''}`)
  const parsed = schema.safeParse(document.toJS())
  if (!parsed.success) {
    const faults = parsed.error.issues.map(describeIssue)
    throw new CommandError(`${path}: ${[...new Set(faults)].join('; ')}`)
  }
  return { particulars: parsed.data, icon: findIcon(path, parsed.data.icon) }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`)
  }
}

function describeIssue({ code, path, ...issue }: z.core.$ZodIssue): string {
  const field = path.join('.')
  const purpose = purposes[String(path[0] ?? '')]
  if (code === 'unrecognized_keys' && 'keys' in issue)
    return `${[...path, issue.keys[0] ?? ''].join('.')} is unknown; known are ${Object.keys(purposes).join(', ')}`
  if (path.length === 0) return 'it must be a map with the fields of --help'
  const wanted = purpose === undefined ? '' : ` (${purpose})`
  const missing = code === 'invalid_type' || code === 'invalid_union'
  if (field.endsWith('.email')) return `${field} must be an e-mail address`
  if (code === 'invalid_format') return `${field} must be an https address`
  return missing ? `${field} is missing or of the wrong form${wanted}` : `${field} is empty${wanted}`
}

const largestIcon = 1024 * 1024

function findIcon(particulars: string, name: string): Icon {
  const path = resolve(dirname(particulars), name)
  const extension = extname(path).toLowerCase()
  if (extension !== '.svg' && extension !== '.png')
    throw new CommandError(`${particulars}: icon must be an SVG or PNG file, and "${name}" is not`)
  const size = statSync(path, { throwIfNoEntry: false })
  if (size === undefined || !size.isFile())
    throw new CommandError(`${particulars}: icon "${name}" is not there (${path})`)
  if (size.size > largestIcon) throw new CommandError(`${particulars}: icon "${name}" is larger than 1 MiB`)
  return { path, extension }
}
