import type { Principal, Principals } from './access-state.ts'
import type { Identity } from './identity.ts'

export interface UsersXmlOptions {
  readonly admin: string
  readonly identity: Identity
  /** Settings of everybody, as in the `default` profile of a server. */
  readonly settings: Readonly<Record<string, string>>
}

const anywhere = '<networks><ip>::/0</ip></networks><quota>default</quota>'
const everything =
  '<access_management>1</access_management><named_collection_control>1</named_collection_control>' +
  '<show_named_collections>1</show_named_collections>' +
  '<show_named_collections_secrets>1</show_named_collections_secrets>'

/** The users file for the engine. It holds what was granted; the engine works out who may do what. */
export function renderUsersXml(principals: Principals, options: UsersXmlOptions): string {
  const all = [...principals.values()]
  const users = all.filter(principal => principal.kind === 'user')
  const roles = all.filter(principal => principal.kind === 'role')
  return [
    '<clickhouse>',
    '<quotas><default/></quotas>',
    `<profiles><default>${settingsXml(Object.entries(options.settings))}</default>`,
    '<readonly><readonly>1</readonly></readonly>',
    ...all.map(profileXml),
    '</profiles>',
    '<roles>',
    ...roles.map(role => `<${role.name}>${rightsXml(role)}</${role.name}>`),
    '</roles>',
    '<users>',
    element('default', defaultUser(principals, options.identity)),
    options.admin === 'default'
      ? ''
      : element(options.admin, `<no_password/><profile>default</profile>${everything}`),
    ...users.map(user => element(user.name, passwordXml(user) + userXml(user))),
    '</users>',
    '</clickhouse>',
  ].join('\n')
}

function defaultUser(principals: Principals, identity: Identity): string {
  const user = identity.admin ? undefined : principals.get(identity.user)
  return `<no_password/>${user === undefined ? `<profile>default</profile>${everything}` : userXml(user)}`
}

function element(name: string, content: string): string {
  return `<${name}>${content}${anywhere}</${name}>`
}

function userXml(user: Principal): string {
  return `<profile>${profileName(user)}</profile>${rightsXml(user)}`
}

function passwordXml(user: Principal): string {
  const { authentication } = user
  if (authentication.kind === 'none') return '<no_password/>'
  return `<password_sha256_hex>${escapeXml(authentication.hash.toLowerCase())}</password_sha256_hex>`
}

function rightsXml(principal: Principal): string {
  const roles = [...principal.roles].map(
    ([role, admin]) => `GRANT \`${role}\`${admin ? ' WITH ADMIN OPTION' : ''}`,
  )
  const queries = [...principal.rights, ...roles].map(query => `<query>${escapeXml(query)}</query>`)
  return `<grants>${queries.join('\n')}</grants>`
}

/** A user of users.xml has no settings of its own, so each gets a profile. */
function profileName(principal: Principal): string {
  return `${principal.kind}_${principal.name}`
}

function profileXml(principal: Principal): string {
  const parents = ['default', ...principal.profiles].map(name => `<profile>${escapeXml(name)}</profile>`)
  const values = principal.settings.flatMap(({ name, value }) =>
    value === undefined ? [] : [[name, value] as const],
  )
  const constraints = principal.settings
    .filter(setting => setting.clauses.length > 0)
    .map(setting => `<${setting.name}>${setting.clauses.map(clauseXml).join('')}</${setting.name}>`)
  const name = profileName(principal)
  const constraintsXml = constraints.length === 0 ? '' : `<constraints>${constraints.join('')}</constraints>`
  return `<${name}>${parents.join('')}${settingsXml(values)}${constraintsXml}</${name}>`
}

function clauseXml(clause: string): string {
  const [word = '', value] = clause.split(' ')
  if (value !== undefined) return `<${word.toLowerCase()}>${escapeXml(value)}</${word.toLowerCase()}>`
  if (word === 'CONST' || word === 'READONLY') return '<readonly/>'
  return word === 'CHANGEABLE_IN_READONLY' ? '<changeable_in_readonly/>' : ''
}

function settingsXml(settings: readonly (readonly [string, string])[]): string {
  return settings.map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`).join('')
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
