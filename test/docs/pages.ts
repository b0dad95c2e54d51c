// Reads the project's Markdown as plain data: text, fenced blocks, headings, links.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Fence {
  /** What stands behind the backticks: `yaml`, `yaml PartnerKey`, `sh`. */
  readonly info: string
  readonly text: string
  /** Of its first line in the page, from 1. */
  readonly line: number
}

export interface Page {
  /** From the root of the project. */
  readonly path: string
  readonly text: string
  /** The text without fenced blocks. */
  readonly prose: string
  readonly fences: readonly Fence[]
}

/** The whole of a fenced block, also one that is indented in a list. */
const fencePattern = /^( *)```([^\n`]*)\n([\s\S]*?)^\1```$/gm

export function pageAt(path: string): Page {
  const text = readFileSync(join(root, path), 'utf8')
  const fences = [...text.matchAll(fencePattern)].map(([, indent = '', info = '', body = ''], at, all) => ({
    info: info.trim(),
    text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    line: text.slice(0, all?.[at]?.index ?? 0).split('\n').length,
  }))
  return { path, text, prose: text.replaceAll(fencePattern, ''), fences }
}

/** Every page that people read; the generated reference is proved elsewhere. */
export function allPages(): readonly Page[] {
  const below = ['docs', 'deploy', 'examples'].flatMap(folder => files(folder, '.md'))
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', ...below].map(pageAt)
}

export function files(folder: string, ending: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith(ending) && !name.includes('node_modules'))
    .map(name => join(folder, name))
    .sort()
}

/** Where relative links and images lead: path from the root, and the heading, if one is named. */
export function linksOf(
  page: Page,
): readonly { readonly path: string; readonly anchor: string | undefined }[] {
  return [...page.prose.replaceAll(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(match => match[1] ?? '')
    .filter(target => !/^[a-z]+:/.test(target))
    .map(target => {
      const [path = '', anchor] = target.split('#')
      return { path: path === '' ? page.path : normalize(join(dirname(page.path), path)), anchor }
    })
}

/** A heading's anchor, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

export function anchorsOf(page: Page): ReadonlySet<string> {
  return new Set([...page.prose.matchAll(/^#+ (.+)$/gm)].map(match => anchorOf(match[1] ?? '')))
}

/** The text below a heading of the second level, up to the next. */
export function sectionOf(page: Page, heading: string): string {
  const [, ...sections] = page.prose.split(/^## /m)
  return sections.find(section => section.startsWith(`${heading}\n`)) ?? ''
}

export function exists(path: string): boolean {
  return existsSync(join(root, path))
}
