/** Fields of a SecureEmbed that say what is shown, and how. */
import { reservedParams } from '../../embed/parameters.ts'
import { embedKinds, platformNames, type EmbedKind, type Platform } from '../../embed/platform.ts'
import { cel } from '../definition/json-schema.ts'
import {
  array,
  boolean,
  defaulted,
  integerOrString,
  object,
  oneOf,
  optional,
  type Schema,
  string,
} from '../definition/schema.ts'
import { hostPattern, portPattern } from './endpoints.ts'

export const platform: Schema<Platform> = oneOf(
  'The service that shows it: Yandex DataLens, or DoubleCloud.',
  platformNames,
)

export const embedKind: Schema<EmbedKind> = oneOf(
  'What is embedded. DoubleCloud embeds charts alone.',
  embedKinds,
)

/** In characters. A token of 30 KB holds no more. */
const longestValue = 30_720

const paramValue = (description: string): Schema<string | number> =>
  integerOrString(description, { maxLength: longestValue })

const isReserved = `self in [${reservedParams.map(name => `'${name}'`).join(', ')}]`

const param = object(
  'One parameter: a value, or several.',
  {
    name: string('Its name.', {
      minLength: 1,
      maxLength: 256,
      rules: [cel(`!(${isReserved})`, 'is a name that DataLens’s page reads itself: use another one')],
    }),
    value: optional(paramValue('Its value, never empty. A number without quotes is for DoubleCloud alone.')),
    values: optional(
      array('Several values, instead of value.', paramValue('One value, never empty.'), {
        minItems: 1,
        maxItems: 256,
      }),
    ),
  },
  {
    rules: [
      cel('has(self.value) != has(self.values)', 'needs either value or values, and not both'),
      cel(
        "(!has(self.value) || type(self.value) != string || self.value != '') && (!has(self.values) || self.values.all(v, type(v) != string || v != ''))",
        'has an empty value: it would filter nothing, and everything would be shown',
      ),
    ],
  },
)

const params = (description: string) =>
  array(description, param, { listType: 'map', mapKeys: ['name'], maxItems: 32 })

export const signedParams = params(
  'Parameters that are signed into the token. They are what a viewer cannot change: filters, and the user name for row-level security.',
)

export const unsignedParams = params(
  'Parameters that go into the address, and are not signed. A viewer can change them, so they must decide nothing about what may be seen.',
)

export const display = object('How the page looks. What is left out is up to DataLens.', {
  theme: optional(oneOf('Its colours.', ['light', 'dark'])),
  lang: optional(oneOf('The language of its own texts.', ['en', 'ru'])),
  controls: defaulted(boolean('false: selectors and menus are hidden.'), true),
})

const port = `(:${portPattern})?/?$`
const httpsForm = `^https://${hostPattern}${port}`
const loopbackForm = `^http://(localhost|127\\.0\\.0\\.1)${port}`

export const baseUrl = string(
  'Scheme and host of the service; by default the platform’s own. https, or http for localhost.',
  {
    maxLength: 300,
    rules: [
      cel("!self.contains('@')", 'must not hold a user or a password', { reason: 'FieldValueForbidden' }),
      cel(
        `self.contains('@') || self.matches(r'${httpsForm}') || self.matches(r'${loopbackForm}')`,
        'must be https:// and a host, such as https://datalens.yandex.cloud, without path or query; http:// for localhost alone',
      ),
    ],
  },
)

/** Rules for the whole spec, as they need several of its fields. */
export const embedRules = [
  cel(
    "self.platform != 'DoubleCloud' || self.kind == 'Chart'",
    'DoubleCloud embeds charts alone: set kind: Chart',
    {
      fieldPath: '.kind',
    },
  ),
  cel(
    '!has(self.params) || !has(self.unsignedParams) || !self.params.exists(p, self.unsignedParams.exists(u, u.name == p.name))',
    'has a name of params, too: which one counts would be up to DataLens, so use it in one of them',
    { fieldPath: '.unsignedParams' },
  ),
  cel(
    "self.platform == 'DoubleCloud' || !has(self.params) || self.params.all(p, (!has(p.value) || type(p.value) == string) && (!has(p.values) || p.values.all(v, type(v) == string)))",
    'has a number: this platform takes texts alone, so put it in quotes',
    { fieldPath: '.params' },
  ),
] as const
