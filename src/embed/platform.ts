/** What differs between the services that have DataLens's embedding. Source: their public documentation. */
import { EmbedError } from './errors.ts'

export type Platform = 'Yandex' | 'DoubleCloud'
export type EmbedKind = 'Chart' | 'Dashboard'

export interface PlatformFacts {
  /** The claim `dlEmbedService`. */
  readonly serviceMark: string
  readonly baseUrl: string
  /** Where the page looks for the token: behind `#`, or behind `?`. */
  readonly tokenPlace: 'fragment' | 'query'
  readonly tokenName: string
  /** The page of each kind that can be embedded. */
  readonly paths: Readonly<Partial<Record<EmbedKind, string>>>
  readonly takesNumbers: boolean
}

export const platforms: Readonly<Record<Platform, PlatformFacts>> = {
  Yandex: {
    serviceMark: 'YC_DATALENS_EMBEDDING_SERVICE_MARK',
    baseUrl: 'https://datalens.yandex.cloud',
    tokenPlace: 'fragment',
    tokenName: 'dl_embed_token',
    paths: { Chart: '/embeds/chart', Dashboard: '/embeds/dash' },
    takesNumbers: false,
  },
  DoubleCloud: {
    serviceMark: 'doublecloud',
    baseUrl: 'https://app.double.cloud',
    tokenPlace: 'query',
    tokenName: '__dl_embed_token',
    paths: { Chart: '/embeds/chart' },
    takesNumbers: true,
  },
}

/** The platform whose tokens carry this mark. */
export function platformOf(serviceMark: unknown): Platform | undefined {
  return platformNames.find(name => platforms[name].serviceMark === serviceMark)
}

export const platformNames: readonly Platform[] = ['Yandex', 'DoubleCloud']
export const embedKinds: readonly EmbedKind[] = ['Chart', 'Dashboard']

/** The form of an embed's id, as DataLens shows it: pgx4ekt5dj3u1. */
export const embedIdPattern = '^[0-9a-z]{8,32}$'

const embedIdForm = new RegExp(embedIdPattern)

export function isEmbedId(value: unknown): value is string {
  return typeof value === 'string' && embedIdForm.test(value)
}

export interface Embed {
  readonly platform: Platform
  readonly kind: EmbedKind
  readonly embedId: string
}

/** @throws EmbedError `EMBED_OPTIONS` */
export function checkEmbed({ platform, kind, embedId }: Embed): void {
  if (!platformNames.includes(platform)) throw wrong('platform is not one of: Yandex, DoubleCloud.')
  if (!embedKinds.includes(kind)) throw wrong('kind is not one of: Chart, Dashboard.')
  if (platforms[platform].paths[kind] === undefined)
    throw wrong(`${platform} embeds no ${kind}: only charts.`)
  if (!isEmbedId(embedId)) {
    throw wrong('embedId is no id of an embed: 8 to 32 small letters and digits, as DataLens shows it.')
  }
}

function wrong(message: string): EmbedError {
  return new EmbedError('EMBED_OPTIONS', message)
}
