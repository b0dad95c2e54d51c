/** The flags of `lenskeeper sandbox`, and what they say of keys. */
import { wholeNumber, type Parser } from '../../config/flag-values.ts'
import { UsageError, type Flags } from '../../config/flags.ts'
import type { Redacted } from '../../core/redaction/redacted.ts'
import { Connector } from '../../sandbox/connector/connector.ts'
import type { ReaderServer } from '../../sandbox/connector/bound-connection.ts'
import { defaultSwitches, turn, type SwitchValues } from '../../sandbox/embed/switches.ts'
import { systemClock } from '../../core/clock.ts'
import { KeyMaterialError } from '../../token/errors.ts'
import { inspectPartnerPublicKey, inspectPrivateKey } from '../../token/keys.ts'
import { readFlagFile } from '../frame/flag-file.ts'
import { readPrivateFile } from '../frame/private-file.ts'

const here = 'the sandbox listens on 127.0.0.1 and nowhere else, as it gives rows to whoever asks'

const port: Parser<number> = (text, refuse) =>
  text.includes(':') || text.includes('.')
    ? refuse(`takes a port alone: ${here}`)
    : wholeNumber(0, 65_535)(text, refuse)

/** Whoever asks for another address has to hear that there is none. @throws UsageError */
export function refuseAddress(args: readonly string[]): void {
  const [, flag] = args.map(arg => /^--(host|address|listen|bind)(?:=|$)/.exec(arg)).find(Boolean) ?? []
  if (flag !== undefined) throw new UsageError(`there is no --${flag}, only --port: ${here}`)
}

export interface KeyFlag {
  readonly connector: string
  readonly version: number
  readonly file: string
}

const keyFile: Parser<KeyFlag> = (text, refuse) => {
  const [, connector = defaultConnector, digits, file] =
    /^(?:([a-z0-9-]{1,63})\/)?([1-9]\d{0,8})=(.+)$/.exec(text) ?? []
  if (digits === undefined || file === undefined)
    return refuse('takes VERSION=FILE, or CONNECTOR/VERSION=FILE for one of several partners')
  return { connector, version: Number(digits), file }
}

export const defaultConnector = 'partner'

export const sandboxFlags = {
  content: {
    type: 'string',
    placeholder: 'FILE',
    description: 'datasets, charts and dashboards as YAML; default the sales of a shop',
  },
  port: {
    type: 'string',
    placeholder: 'N',
    default: '0',
    description: 'on 127.0.0.1, and nowhere else; 0 takes a free one',
    parse: port,
  },
  'clickhouse-url': { type: 'string', placeholder: 'URL', description: 'the partner’s ClickHouse' },
  'clickhouse-ca': { type: 'string', placeholder: 'FILE', description: 'the authorities to trust, PEM' },
  'reader-user': {
    type: 'string',
    placeholder: 'NAME',
    default: 'datalens',
    description: 'the ClickHouse user of the hand-over',
  },
  'reader-password-file': {
    type: 'string',
    placeholder: 'FILE',
    description: 'holds the password of that user',
  },
  'partner-key': {
    type: 'string',
    multiple: true,
    placeholder: '[CONNECTOR/]VERSION=FILE',
    description: 'a public key that a partner handed over',
    parse: keyFile,
  },
  'datalens-key': {
    type: 'string',
    multiple: true,
    placeholder: '[CONNECTOR/]VERSION=FILE',
    description: 'a private key of DataLens’s; default version 1, made at the start',
    parse: keyFile,
  },
  switch: {
    type: 'string',
    multiple: true,
    placeholder: 'NAME=VALUE',
    description: 'turns a switch of the table below',
  },
} as const satisfies Flags

/** @throws UsageError */
export function switchesOf(given: readonly string[]): SwitchValues {
  let values = defaultSwitches
  for (const text of given) {
    const at = text.indexOf('=')
    if (at < 1) throw new UsageError('--switch takes NAME=VALUE')
    const turned = turn(values, text.slice(0, at), text.slice(at + 1))
    if (typeof turned === 'string') throw new UsageError(`--switch: ${turned}`)
    values = turned
  }
  return values
}

export interface KeyFlags {
  readonly 'partner-key': readonly KeyFlag[]
  readonly 'datalens-key': readonly KeyFlag[]
}

/** One connector for each partner that a flag names; each has a key of DataLens's. @throws UsageError */
export async function connectorsOf(
  flags: KeyFlags,
  server: ReaderServer,
): Promise<ReadonlyMap<string, Connector>> {
  const names = [...flags['partner-key'], ...flags['datalens-key']].map(({ connector }) => connector)
  const connectors = new Map<string, Connector>()
  for (const name of names.length === 0 ? [defaultConnector] : names)
    connectors.set(name, connectors.get(name) ?? new Connector({ server, clock: systemClock }))
  for (const { connector, version, file } of flags['partner-key'])
    connectors.get(connector)?.learnPartnerKey(version, publicKeyIn(file))
  for (const { connector, version, file } of flags['datalens-key'])
    connectors.get(connector)?.takeKey(version, privateKeyIn(file))
  for (const connector of connectors.values())
    if (connector.keys().dataLens.length === 0) await connector.issueKey(1)
  return connectors
}

function publicKeyIn(file: string): string {
  const text = readFlagFile('partner-key', file)
  return usable('partner-key', () => inspectPartnerPublicKey(text).publicPem)
}

function privateKeyIn(file: string): Redacted<string> {
  const { text } = readPrivateFile(file)
  return usable('datalens-key', () => inspectPrivateKey(text.reveal()).privatePem)
}

function usable<T>(flag: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof KeyMaterialError) throw new UsageError(`--${flag}: ${error.message}`)
    throw error
  }
}
