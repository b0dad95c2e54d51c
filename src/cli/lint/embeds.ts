/** What only a look over all files shows of embeds: their Secrets, and who takes them. Pure. */
import { embedSigningUse, labels } from '../../api/labels.ts'
import { linkSecretName, signingKeyOf } from '../../api/names.ts'
import { beside, type ObjectKey } from '../../api/object.ts'
import type { SecureEmbed } from '../../api/secure-embed.ts'
import { isOffered } from '../../secure-embed/signing-key/view.ts'
import type { FoundObject } from './files.ts'
import { findingAt, identityOf, type Finding, type GoodObject } from './finding.ts'
import { keyOf, located, ofKind, say, whereIs } from './good-objects.ts'
import { frozenUses, type FrozenUse } from './pod-spec.ts'
import { isRecord } from '../../core/record.ts'

/**
 * Texts that a file holds if it names a Secret of one of the embeds among the objects. These need not be good. The
 * default name of a Secret holds its embed's name.
 */
export function embedNames(objects: readonly FoundObject[]): readonly string[] {
  const fields = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})
  return objects
    .filter(({ kind }) => kind === 'SecureEmbed')
    .flatMap(({ value: { metadata, spec } }) => [
      fields(metadata)['name'],
      fields(fields(spec)['secret'])['name'],
      fields(fields(spec)['signingKeySecretRef'])['name'],
    ])
    .filter(name => typeof name === 'string')
    .filter(name => name !== '')
}

interface Embed {
  readonly object: GoodObject
  readonly embed: SecureEmbed
  readonly linkSecret: ObjectKey
}

/**
 * @param objects each good by itself
 * @param others of any kinds, as the files have them
 */
export function embedFindings(
  objects: readonly GoodObject[],
  others: readonly FoundObject[],
  defaultNamespace: string,
): readonly Finding[] {
  const embeds = ofKind(objects, 'SecureEmbed').map((object): Embed => {
    const embed = located(object) as SecureEmbed
    return { object, embed, linkSecret: beside(embed, linkSecretName(embed)) }
  })
  const around = others.map(found => ({ ...identityOf(found, defaultNamespace), found, value: found.value }))
  return [
    ...sharedSecrets(embeds),
    ...ofKind(around, 'Secret').flatMap(secret => unofferedKey(secret, embeds)),
    ...around.flatMap(object => staleLinks(object, embeds)),
  ]
}

function sharedSecrets(embeds: readonly Embed[]): readonly Finding[] {
  const first = new Map<ObjectKey, Embed>()
  return embeds.flatMap(entry => {
    const { object, linkSecret } = entry
    const other = first.get(linkSecret)
    if (other === undefined) first.set(linkSecret, entry)
    if (other === undefined || keyOf(other.object) === keyOf(object)) return []
    const message = `the Secret ${linkSecret} is written by ${keyOf(other.object)} too (${whereIs(other.object)}); only one embed can have it, so give one another spec.secret.name`
    return [say(object, 'claim', ['spec', 'secret', 'name'], message)]
  })
}

function unofferedKey(secret: GoodObject, embeds: readonly Embed[]): readonly Finding[] {
  const user = embeds.find(({ embed }) => signingKeyOf(embed) === keyOf(secret))
  if (user === undefined || isOffered(located(secret))) return []
  const message = `is the signing key of SecureEmbed ${keyOf(user.object)} (${whereIs(user.object)}), and is not offered for that: give it the label ${labels.use}: ${embedSigningUse}`
  return [say(secret, 'key', ['metadata', 'labels'], message)]
}

function staleLinks(object: GoodObject, embeds: readonly Embed[]): readonly Finding[] {
  return frozenUses(object.found).flatMap(use => {
    const key = `${object.namespace}/${use.secret}`
    const owner = embeds.find(({ linkSecret }) => linkSecret === key)
    return owner === undefined ? [] : [staleLink(object, use, owner)]
  })
}

const ways: Readonly<Record<FrozenUse['way'], string>> = {
  env: 'by its environment, which is set once',
  subPath: 'by subPath, which is mounted once',
}

const mend = 'mount the Secret as a volume without subPath, and read its file for each page'

/** A pod that soon ends may well do with one link. Only its author knows. */
function staleLink(object: GoodObject, { way, path, runsOnce }: FrozenUse, owner: Embed): Finding {
  const taken = `takes the link of SecureEmbed ${keyOf(owner.object)} ${ways[way]}`
  const said = { check: 'stale', path } as const
  if (!runsOnce) {
    const message = `${taken}, so it never sees the next one: ${mend}`
    return findingAt(object.found, object, { ...said, message })
  }
  const message = `${taken}; whether it always ends within ${owner.embed.spec.lifetime} is not checked. If not, ${mend}`
  return findingAt(object.found, object, { ...said, message, severity: 'warning' })
}
