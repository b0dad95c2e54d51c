import { oneOf } from '../../config/flag-values.ts'
import { parseFlags, UsageError, type Flags, type FlagValues } from '../../config/flags.ts'
import type { Redacted } from '../../core/redaction/redacted.ts'
import { toTimestamp } from '../../core/timestamp.ts'
import { embedder } from '../../embed/embedder.ts'
import { EmbedError } from '../../embed/errors.ts'
import type { Link } from '../../embed/link.ts'
import { embedKinds, platformNames } from '../../embed/platform.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { readPrivateFile } from '../frame/private-file.ts'
import { collect, nameAndValue } from './name-value.ts'

const flags = {
  key: {
    type: 'string',
    placeholder: 'FILE',
    description: 'the private key of the embedding secret, as DataLens showed it',
  },
  platform: {
    type: 'string',
    placeholder: 'PLATFORM',
    default: 'Yandex',
    description: platformNames.join(' or '),
    parse: oneOf(...platformNames),
  },
  kind: {
    type: 'string',
    placeholder: 'KIND',
    description: `what is embedded: ${embedKinds.join(' or ')}`,
    parse: oneOf(...embedKinds),
  },
  'embed-id': { type: 'string', placeholder: 'ID', description: 'the embed’s id, as DataLens shows it' },
  param: {
    type: 'string',
    multiple: true,
    placeholder: 'NAME=VALUE',
    description: 'a signed parameter; several of one name are a list',
    parse: nameAndValue,
  },
  unsigned: {
    type: 'string',
    multiple: true,
    placeholder: 'NAME=VALUE',
    description: 'a parameter of the address, which a viewer can change',
    parse: nameAndValue,
  },
  lifetime: {
    type: 'string',
    placeholder: 'TIME',
    default: '10m',
    description: 'how long the link is good, from 5m to 10h',
  },
  'base-url': { type: 'string', placeholder: 'URL', description: 'default the platform’s own' },
  theme: {
    type: 'string',
    placeholder: 'THEME',
    description: 'light or dark',
    parse: oneOf('light', 'dark'),
  },
  lang: { type: 'string', placeholder: 'LANG', description: 'en or ru', parse: oneOf('en', 'ru') },
  'no-controls': { type: 'boolean', description: 'hides selectors and menus' },
} as const satisfies Flags

type Values = FlagValues<typeof flags>

const notes = `Signs a link just as the operator and the package @lenskeeper/embed do, to try an embed and its parameters before a
SecureEmbed or a server does it. It needs no cluster and asks nobody. The link goes to standard output and nothing else
does. Values of parameters are texts.

Exit codes: 0 it was signed; 1 the key cannot be read; 2 wrong flags, or what cannot be signed.
Examples:
  lenskeeper embed link --key private.pem --kind Chart --embed-id pgx4ekt5dj3u1 --param tenant=acme
  lenskeeper embed link --key private.pem --kind Chart --embed-id pgx4ekt5dj3u1 | lenskeeper embed inspect`

export const embedLink: Command = {
  name: 'link',
  summary: 'Signs a link with a key file, for trying.',
  usage: 'embed link --key FILE --kind KIND --embed-id ID [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    const { key: file, kind, 'embed-id': embedId } = values
    if (positionals.length > 0) throw new UsageError('unexpected argument; it takes flags alone')
    if (file === undefined || kind === undefined || embedId === undefined)
      throw new UsageError('give --key FILE, --kind KIND and --embed-id ID')
    const key = readKey(file, terminal)
    const now = Math.floor(terminal.clock.now() / 1000) * 1000
    const { url, expiresIn } = await sign({ ...values, kind, embedId }, key, now)
    terminal.write(`${url}\n`)
    const until = toTimestamp(now + expiresIn * 1000)
    const kept = terminal.interactive ? ', and your terminal keeps it' : ''
    terminal.complain(`Whoever has this link sees what it shows until ${until}${kept}. It is for trying.\n`)
    return exitCode.done
  },
}

function readKey(file: string, terminal: Terminal): Redacted<string> {
  const { text, exposed } = readPrivateFile(file)
  if (exposed) terminal.complain(`Others may read ${file}: chmod 600, and think about who did.\n`)
  return text
}

type Wanted = Omit<Values, 'kind'> & { readonly kind: NonNullable<Values['kind']>; readonly embedId: string }

/** @throws UsageError that quotes neither the key nor a value */
async function sign(wanted: Wanted, key: Redacted<string>, now: number): Promise<Link> {
  const { platform, kind, embedId, lifetime, theme, lang, param, unsigned } = wanted
  const controls = !wanted['no-controls']
  try {
    const signer = embedder({
      platform,
      kind,
      embedId,
      lifetime,
      key: key.reveal(),
      baseUrl: wanted['base-url'],
      display: { theme, lang, controls },
      unsignedParams: collect(unsigned),
      now: () => now,
    })
    return await signer.sign({ params: collect(param) })
  } catch (error) {
    if (!(error instanceof EmbedError)) throw error
    throw new UsageError(`${error.code === 'EMBED_KEY_INVALID' ? '--key: ' : ''}${error.message}`)
  }
}
