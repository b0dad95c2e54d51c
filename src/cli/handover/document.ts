/** What goes to the DataLens manager, as Markdown, and what to commit once they confirm it. Pure. */
import type { PartnerKey } from '../../api/partner-key.ts'
import type { HandoverKey, HandoverServer } from '../../partner-key/handover/handover.ts'
import { parsePair } from '../../tenancy/pair.ts'
import { specPart } from '../partner-key/manifest.ts'
import type { Particulars } from './particulars.ts'

export interface Handover {
  readonly partnerKey: PartnerKey
  readonly key: HandoverKey
  /** Without the ConfigMap's word on where the password is: it could name any Secret. */
  readonly server: Omit<HandoverServer, 'passwordSecret'>
}

/** The name of the file in the bundle. */
export function publicKeyFile({ version }: HandoverKey): string {
  return `public-v${version}.pem`
}

/** The name of the file in the bundle. @param name with the file's own extension */
export function iconFile(name: string): string {
  return `icon${name.slice(name.lastIndexOf('.')).toLowerCase()}`
}

export function handoverDocument(
  { partnerKey, key, server }: Handover,
  particulars: Particulars | undefined,
): string {
  const parts = [
    `# DataLens connector: ${particulars?.name.en ?? partnerKey.metadata.name}`,
    `## Partner’s public key\n\n${bullets([
      ['Version', String(key.version)],
      ['Fingerprint', `\`${key.fingerprint}\``],
    ])}\n\n${fenced(key.publicPem)}\n\nTo get the fingerprint from the key, saved as \`${publicKeyFile(key)}\`:\n\n${fenced(
      `printf 'SHA256:%s\\n' "$(openssl pkey -pubin -in ${publicKeyFile(key)} -outform der | openssl dgst -sha256 -binary | base64 | tr -d =)"`,
      'sh',
    )}\n\nPlease confirm version and fingerprint, and send your own public key with its version.`,
    `## ClickHouse\n\n${bullets([
      ['Hosts', server.hosts.map(host => `\`${host}\``).join(', ')],
      ['Port', `${server.port} (HTTP interface)`],
      ['User', `\`${server.user}\``],
      ['Password', 'comes separately, over another channel'],
    ])}`,
    ...(particulars === undefined ? [] : [connector(particulars)]),
  ]
  return `${parts.join('\n\n')}\n`
}

function connector(particulars: Particulars): string {
  const { name, description, useCases, manual, icon, price, developer } = particulars
  const links = typeof manual === 'string' ? { ru: manual, en: manual } : manual
  const language = (title: string, at: 'ru' | 'en'): string =>
    [
      `### ${title}`,
      bullets([
        [at === 'ru' ? 'Название' : 'Name', name[at]],
        [at === 'ru' ? 'Описание' : 'Description', description[at]],
        [at === 'ru' ? 'Стоимость' : 'Price', price[at]],
        [at === 'ru' ? 'Инструкция' : 'Manual', links[at]],
      ]),
      `${at === 'ru' ? 'Сценарии использования' : 'Use cases'}:`,
      useCases[at].map(text => `- ${oneLine(text)}`).join('\n'),
    ].join('\n\n')
  const contacts = [developer.email, developer.website, developer.phone].filter(text => text !== undefined)
  return [
    '## Connector',
    language('По-русски', 'ru'),
    language('In English', 'en'),
    '### Icon and developer',
    bullets([
      ['Icon', iconFile(icon)],
      ['Developer', [developer.name, ...contacts].join(', ')],
    ]),
  ].join('\n\n')
}

function bullets(rows: readonly (readonly [name: string, text: string])[]): string {
  return rows.map(([name, text]) => `- ${name}: ${oneLine(text)}`).join('\n')
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function fenced(text: string, language = ''): string {
  return `\`\`\`${language}\n${text.trim()}\n\`\`\``
}

/**
 * The whole list, since a commit replaces it whole: what is in it already, and this key. If there was no list, it also
 * has the key that tokens are minted with now. Without that there would be nothing to roll back to.
 */
export function acceptsYaml({ partnerKey, key }: Handover): string {
  const { spec } = partnerKey
  const known = spec.dataLens?.accepts ?? keysOfNow(partnerKey)
  const before = known.filter(({ keyVersion }) => keyVersion !== key.version)
  const accepts = [...before, { keyVersion: key.version, fingerprint: key.fingerprint }]
  return specPart({ dataLens: { accepts } })
}

function keysOfNow({ status }: PartnerKey) {
  const current = parsePair(status?.current)
  return (status?.keys ?? [])
    .filter(({ side, version }) => side === 'Partner' && version === current?.partner)
    .map(({ version, fingerprint }) => ({ keyVersion: version, fingerprint }))
}
