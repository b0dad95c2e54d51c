import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embedCommands } from '../../../src/cli/embed/commands.ts'
import { dispatch } from '../../../src/cli/frame/dispatch.ts'
import { inspect } from '../../../src/embed/inspect.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'
import { embedVectors } from '../../vectors/embed-vectors.ts'

const { privatePem, publicPem } = embedVectors.key

let directory: string
let key: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lenskeeper-embed-'))
  key = file('private.pem', privatePem)
})
afterAll(() => rmSync(directory, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

async function run(args: readonly string[], { interactive = false } = {}) {
  const terminal = recordedTerminal({ interactive })
  const entries = [{ name: 'embed', summary: 'links', commands: embedCommands }]
  const code = await dispatch(['embed', 'link', ...args], entries, terminal)
  return { code, output: terminal.output, complaints: terminal.complaints }
}

const chart = (): readonly string[] => ['--key', key, '--kind', 'Chart', '--embed-id', 'pgx4ekt5dj3u1']

describe('a link', () => {
  test('alone on standard output, with a warning beside it', async () => {
    const { code, output, complaints } = await run([...chart(), '--param', 'tenant=acme'])
    expect(code).toBe(0)
    expect(output).toMatch(/^https:\/\/datalens\.yandex\.cloud\/embeds\/chart#dl_embed_token=[\w.-]+\n$/)
    const found = inspect(output, { publicKey: publicPem })
    expect(found).toMatchObject({ fault: undefined, embedId: 'pgx4ekt5dj3u1', params: { tenant: 'acme' } })
    const until = new Date((found.exp ?? 0) * 1000).toISOString().slice(0, 19)
    expect(complaints).toBe(`Whoever has this link sees what it shows until ${until}Z. It is for trying.\n`)
  })

  test('is kept by a terminal, which is said only there', async () => {
    const { complaints } = await run(chart(), { interactive: true })
    expect(complaints).toMatch(/Z, and your terminal keeps it\. It is for trying\.\n$/)
  })

  test('with all that can be asked for', async () => {
    const dashboard =
      '--kind Dashboard --embed-id pgx4ekt5dj3u1 --base-url http://localhost:8080 --lifetime 10h'
    const params = '--param region=north --param region=east --param formula=a=b --unsigned from=2022'
    const display = '--theme dark --lang en --no-controls'
    const { output } = await run(['--key', key, ...`${dashboard} ${params} ${display}`.split(' ')])
    const found = inspect(output, { publicKey: publicPem })
    expect(found).toMatchObject({
      fault: undefined,
      params: { region: ['north', 'east'], formula: 'a=b' },
      address: {
        origin: 'http://localhost:8080',
        path: '/embeds/dash',
        query: [
          ['from', '2022'],
          ['_theme', 'dark'],
          ['_lang', 'en'],
          ['_no_controls', '1'],
        ],
      },
    })
    expect((found.exp ?? 0) - (found.iat ?? 0)).toBe(36_000)
  })

  test('for DoubleCloud', async () => {
    const { output } = await run([...chart(), '--platform', 'DoubleCloud'])
    expect(output).toMatch(/^https:\/\/app\.double\.cloud\/embeds\/chart\?__dl_embed_token=/)
    expect(inspect(output, { publicKey: publicPem }).platform).toBe('DoubleCloud')
  })

  test('signed all the same with a key that others may read, which is said', async () => {
    const open = file('open.pem', privatePem)
    chmodSync(open, 0o644)
    const { code, complaints } = await run(['--key', open, ...chart().slice(2)])
    expect(code).toBe(0)
    expect(complaints).toContain(`Others may read ${open}: chmod 600`)
  })
})

describe('nothing is signed', () => {
  test.each([
    ['without a key', () => chart().slice(2), /give --key FILE, --kind KIND and --embed-id ID/],
    ['with an argument', () => [...chart(), 'x'], /unexpected argument/],
    ['with an empty value', () => [...chart(), '--param', 'tenant='], /"tenant" is an empty text/],
    ['without a value', () => [...chart(), '--param', 'tenant'], /--param takes NAME=VALUE/],
    ['without a name', () => [...chart(), '--param', '=acme'], /--param takes NAME=VALUE/],
    ['with a reserved name', () => [...chart(), '--param', 'tab=1'], /DataLens uses this name itself/],
    [
      'with a name signed and unsigned',
      () => [...chart(), '--param', 'a=1', '--unsigned', 'a=2'],
      /signed and unsigned at once/,
    ],
    ['for weeks', () => [...chart(), '--lifetime', '336h'], /from 5m to 10h/],
    ['with http', () => [...chart(), '--base-url', 'http://example.com'], /must be https/],
    ['for no embed', () => ['--key', key, '--kind', 'Chart', '--embed-id', 'A'], /no id of an embed/],
    ['with a word for the platform', () => [...chart(), '--platform', 'x'], /it takes Yandex or DoubleCloud/],
    [
      'with a public key',
      () => ['--key', file('public.pem', publicPem), ...chart().slice(2)],
      /--key: This is a public key/,
    ],
  ])('%s', async (_, args, complaint) => {
    const { code, output, complaints } = await run(args())
    expect(code).toBe(2)
    expect(output).toBe('')
    expect(complaints).toMatch(complaint)
    expect(complaints).not.toContain('acme')
  })

  test('with a key file that is not there', async () => {
    const { code, complaints } = await run(['--key', '/no/such', ...chart().slice(2)])
    expect(code).toBe(1)
    expect(complaints).toBe('lenskeeper embed link: /no/such cannot be read: ENOENT\n')
  })
})
