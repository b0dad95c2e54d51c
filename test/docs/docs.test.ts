import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { kinds } from '../../src/api/kinds.ts'
import { annotations, labels, secretTypes } from '../../src/api/labels.ts'
import { particularsExample } from '../../src/cli/handover/particulars.ts'
import { catalogue } from '../../src/cli/catalogue.ts'
import { embedCommands } from '../../src/cli/embed/commands.ts'
import { keyCommands } from '../../src/cli/keys/commands.ts'
import { lint } from '../../src/cli/lint/lint.ts'
import { rolloutCommands } from '../../src/cli/rollout/commands.ts'
import { accountStatements } from '../../src/clickhouse/accounts/operator-account.ts'
import { operatorFlags } from '../../src/config/operator-config.ts'
import { Metrics } from '../../src/telemetry/metrics.ts'
import { recordedTerminal } from '../builders/recorded-terminal.ts'
import { problemsIn } from './conformance.ts'
import { allPages, anchorsOf, exists, files, linksOf, pageAt, root, sectionOf, type Page } from './pages.ts'

const pages = allPages()
const written = pages.filter(({ path }) => path !== 'docs/reference.md')
const operations = pageAt('docs/operations.md')
const troubleshooting = pageAt('docs/troubleshooting.md')

/** What every page says that matches, with the page's path in front. */
function said(where: readonly Page[], pattern: RegExp): readonly { path: string; found: string }[] {
  return where.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map(match => ({ path, found: match[1] ?? match[0] })),
  )
}

describe('links', () => {
  test.each(pages.map(page => [page.path, page] as const))('of %s lead somewhere', (_path, page) => {
    const broken = linksOf(page).filter(({ path, anchor }) => {
      if (!exists(path)) return true
      return anchor !== undefined && path.endsWith('.md') && !anchorsOf(pageAt(path)).has(anchor)
    })
    expect(broken).toEqual([])
  })

  test('reach every page from the README', () => {
    const reached = new Set(['README.md'])
    for (const path of reached) {
      for (const link of linksOf(pageAt(path))) {
        if (link.path.endsWith('.md')) reached.add(link.path)
        else if (exists(join(link.path, 'README.md'))) reached.add(join(link.path, 'README.md'))
      }
    }
    expect(pages.map(({ path }) => path).filter(path => !reached.has(path))).toEqual([])
  })
})

describe('troubleshooting', () => {
  const common = ['Ready', 'Progressing', 'Suspended', 'Observing', 'InternalError']

  test.each(kinds.map(({ kind, reasons }) => [kind, reasons] as const))(
    'has a row for every reason of a %s, and no other',
    (kind, reasons) => {
      const rows = [...sectionOf(troubleshooting, kind).matchAll(/^\| `([A-Za-z]+)` \|/gm)].map(
        match => match[1] ?? '',
      )
      expect(rows.toSorted()).toEqual(
        Object.keys(reasons)
          .filter(reason => !common.includes(reason))
          .toSorted(),
      )
    },
  )

  test('has a row for those of every kind', () => {
    const rows = sectionOf(troubleshooting, 'Reasons of every kind')
    for (const reason of common) expect(rows).toContain(`| \`${reason}\` |`)
  })
})

describe('YAML', () => {
  const snippets = written.flatMap(({ path, fences }) =>
    fences
      .filter(({ info }) => /^yaml\b/.test(info))
      .map(({ info, text, line }) => ({ where: `${path}:${line}`, text, partOf: info.split(' ')[1] })),
  )

  test('in the pages parses and fits the schemas', () => {
    expect(snippets.length).toBeGreaterThan(10)
    expect(snippets.flatMap(problemsIn)).toEqual([])
  })

  test('piped to kubectl in the pages does so too', () => {
    const piped = written.flatMap(({ path, fences }) =>
      fences.flatMap(({ text, line }) =>
        [...text.matchAll(/kubectl apply -f - <<'?END'?\n([\s\S]*?)^END$/gm)].map(match => ({
          where: `${path}:${line}`,
          text: (match[1] ?? '')
            .replaceAll('$CH', 'http://127.0.0.1:8123')
            .replaceAll('$EMBED_ID', 'pgx4ekt5dj3u1'),
        })),
      ),
    )
    expect(piped.length).toBeGreaterThan(2)
    expect(piped.flatMap(problemsIn)).toEqual([])
  })

  test('of the samples and examples does so too', () => {
    const yaml = [
      ...files('examples', '.yaml'),
      ...files('deploy/samples', '.yaml'),
      ...files('deploy/trial', '.yaml'),
    ]
    expect(yaml.length).toBeGreaterThan(10)
    expect(
      yaml.flatMap(path => problemsIn({ where: path, text: readFileSync(join(root, path), 'utf8') })),
    ).toEqual([])
  })

  test('of the tree for GitOps passes lint', async () => {
    const terminal = recordedTerminal()
    const code = await lint.run([join(root, 'examples/gitops/tree'), '--strict'], terminal)
    expect(terminal.output).toContain('5 objects in 9 files: 0 errors, 0 warnings')
    expect(code).toBe(0)
  })

  test('refers to files that are there', () => {
    for (const path of files('examples', 'kustomization.yaml')) {
      const { resources: named } = parse(readFileSync(join(root, path), 'utf8')) as { resources: string[] }
      for (const name of named) expect(exists(join(dirname(path), name)), `${path}: ${name}`).toBe(true)
    }
  })

  test('that does not fit is told (the check itself)', () => {
    const broken =
      'spec: {keyVersion: 0, rollout: {batch: {precent: 1}}, tenants: {assignments: [{database: 1x}]}}'
    expect(problemsIn({ where: 'x', text: broken, partOf: 'PartnerKey' })).toEqual([
      'x: .spec.keyVersion is out of range',
      'x: .spec.rollout.batch.precent is unknown',
      'x: .spec.tenants.assignments[0].namespace is missing',
      'x: .spec.tenants.assignments[0].name is missing',
      expect.stringContaining('.spec.tenants.assignments[0].database must be a letter or _'),
    ])
  })
})

describe('what pages name', () => {
  const commands = catalogue.filter(entry => 'summary' in entry).map(({ name }) => name)
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }

  test('as commands of lenskeeper are in the catalogue', () => {
    expect(commands).toContain('run')
    const named = said(written, /(?:`|^|\s)(?:lenskeeper|node src\/main\.ts) ([a-z]+)(?=[`\s"]|$)/gm)
    // "deployment/lenskeeper lenskeeper=…" and GRANT … TO lenskeeper are no commands, and stand before no word.
    expect(named.filter(({ found }) => !commands.includes(found))).toEqual([])
    expect(named.length).toBeGreaterThan(3)
  })

  test.each([
    ['rollout', rolloutCommands],
    ['key', keyCommands],
    ['embed', embedCommands],
  ])('as commands of lenskeeper %s are there', (group, entries) => {
    const known = entries.map(({ name }) => name)
    const named = said(written, new RegExp(`lenskeeper ${group} ([a-z]+)`, 'g'))
    expect(named.filter(({ found }) => !known.includes(found))).toEqual([])
    expect(new Set(named.map(({ found }) => found))).toEqual(new Set(known))
  })

  test('as the particulars of a connector is the example of the help', () => {
    expect(pageAt('docs/rotation.md').text).toContain(particularsExample)
  })

  test('as npm scripts are in package.json', () => {
    const named = said(written, /npm run ([a-z:]+)/g)
    expect(named.filter(({ found }) => scripts[found] === undefined)).toEqual([])
  })

  test('as labels, annotations and types exist', () => {
    const known = new Set<string>([
      ...Object.values(labels),
      ...Object.values(annotations),
      ...Object.values(secretTypes),
      'lenskeeper.dev/v1alpha1',
      ...kinds.map(({ kind }) => `lenskeeper.dev_${kind}`),
    ])
    const named = said(written, /(?<![\w./-])(lenskeeper\.dev[/_][A-Za-z0-9-]*[A-Za-z0-9])/g)
    expect(named.filter(({ found }) => !known.has(found))).toEqual([])
  })

  test('as the table of `kubectl get` has the columns of a kind', () => {
    const headers = said(written, /^ *(NAME {2,}[A-Z :]+)$/gm).map(({ found }) =>
      found.split(/ {2,}/).join(' '),
    )
    const known = kinds.map(resource => {
      const [version] = resource.crd().spec.versions
      return [
        'NAME',
        ...version.additionalPrinterColumns
          .filter(({ priority = 0 }) => priority === 0)
          .map(({ name }) => name.toUpperCase()),
      ].join(' ')
    })
    expect(headers.length).toBeGreaterThan(5)
    for (const header of headers) expect(known).toContain(header.trim())
  })
})

describe('operations', () => {
  test('has every flag of the operator, and its default', () => {
    for (const [name, flag] of Object.entries(operatorFlags)) {
      const row = operations.prose.split('\n').find(line => line.startsWith(`| \`--${name}`)) ?? ''
      expect(row, name).not.toBe('')
      if ('default' in flag && flag.default !== '') expect(row).toContain(`| \`${flag.default}\` |`)
    }
    const named = said([operations], /^\| `--([a-z-]+)/gm).map(({ found }) => found)
    expect(named.toSorted()).toEqual(Object.keys(operatorFlags).toSorted())
  })

  async function realMetrics(): Promise<readonly string[]> {
    const metrics = new Metrics(() => 0)
    const rendered = await metrics.render()
    metrics.close()
    return [...rendered.matchAll(/^# HELP (lenskeeper_\w+)/gm)].map(match => match[1] ?? '')
  }

  test('has every metric, and no other', async () => {
    const real = await realMetrics()
    const named = said([operations], /^\| `(lenskeeper_\w+)` \|/gm).map(({ found }) => found)
    expect(named.toSorted()).toEqual(real.toSorted())
  })

  test('has the rights of the operator’s account', () => {
    const statements = accountStatements({
      mode: 'managed',
      patterns: ['client_*'],
      readerUser: 'datalens',
      username: 'lenskeeper',
      allowDrop: true,
    })
    const sql = operations.fences.filter(({ info }) => info === 'sql')
    const granted = sql.flatMap(({ text }) => text.split(';\n').filter(line => line.startsWith('GRANT')))
    expect(granted.toSorted()).toEqual(statements.toSorted())
  })
})

test('CONTRIBUTING names every folder of src', () => {
  const { text } = pageAt('CONTRIBUTING.md')
  const folders = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => relative(join(root, 'src'), join(entry.parentPath, entry.name)))
    // What is inside has a README of its own.
    .filter(path => !path.startsWith('dev/clickhouse/'))
  expect(folders.length).toBeGreaterThan(40)
  const unnamed = folders.filter(
    path => !text.includes(`\`${path}\``) && !text.includes(`\`${path.split('/').at(-1)}/\``),
  )
  expect(unnamed).toEqual([])
})

test('pages and examples name no machine’s path, no registry, and no key or token of anybody', () => {
  const texts = [
    ...written.map(({ path, text }) => ({ path, text })),
    ...files('examples', '.yaml').map(path => ({ path, text: readFileSync(join(root, path), 'utf8') })),
  ]
  const forbidden = [
    /\/(?:work|root|home|Users|mnt|srv)\//,
    /\b(?:docker|ghcr|quay|gcr|registry\.npmjs|proxy\.golang)\.(?:io|org)\b/,
    /BEGIN (?:RSA )?PRIVATE KEY-----\n[A-Za-z0-9+/]{20}/,
    /\b\d+:\d+:[A-Za-z0-9+/]{100}/,
  ]
  for (const { path, text } of texts) for (const pattern of forbidden) expect(text, path).not.toMatch(pattern)
})

test('pictures can be read in light and in dark, and by those who do not see them', () => {
  for (const path of files('docs/images', '.svg')) {
    const svg = readFileSync(join(root, path), 'utf8')
    expect(svg, path).toMatch(/prefers-color-scheme: dark/)
    expect(svg, path).toMatch(/<title[^>]*>[^<]+<[\s\S]*<desc[^>]*>[^<]+</)
  }
  const silent = said(written, /!\[([^\]]*)\]\(/g).filter(({ found }) => found.length < 20)
  expect(silent).toEqual([])
})
