/** A changed PartnerKey as YAML. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { apiVersion } from '../../api/definition/resource.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { isRecord } from '../../core/record.ts'
import { yamlText } from '../frame/yaml-text.ts'

/**
 * The whole object with a change, for Git and for `kubectl apply` alike: of a part, `apply` would take out whatever that
 * part does not name.
 * @param patch RFC 7396, of `spec`; what it takes out is not there
 */
export function changedManifest({ metadata, spec }: PartnerKey, patch: object): string {
  const { name, namespace, labels, annotations } = metadata
  const { [lastApplied]: _, ...kept } = annotations ?? {}
  const whole = {
    apiVersion,
    kind: 'PartnerKey',
    metadata: {
      name,
      namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }),
    },
    spec: changed(spec, patch),
  }
  return yamlText(whole)
}

/** A part of the spec for people to copy into their file. It has no kind, so `kubectl apply` takes it for nothing. */
export function specPart(part: object): string {
  return yamlText({ spec: part })
}

/** What `kubectl apply` keeps there of the object before. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

function changed(value: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const members = new Map(Object.entries(isRecord(value) ? value : {}))
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) members.delete(name)
    else members.set(name, changed(members.get(name), change))
  }
  return Object.fromEntries(members)
}

/** Which fields a change sets and takes out, for people: a line each. */
export function changedFields(value: unknown, patch: unknown, path = 'spec'): readonly string[] {
  if (isRecord(patch)) {
    const before = isRecord(value) ? value : {}
    return Object.entries(patch).flatMap(([name, change]) =>
      changedFields(before[name], change, `${path}.${name}`),
    )
  }
  if (patch === null) return value === undefined ? [] : [`${path}: taken out; it was ${shown(value)}`]
  if (value === undefined) return [`${path}: ${shown(patch)}; it was not set`]
  if (isDeepStrictEqual(value, patch)) return []
  const [before, after] = [shown(value), shown(patch)]
  return [before === after ? `${path}: another value` : `${path}: ${after}; it was ${before}`]
}

const longest = 60

function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > longest ? 'a longer text' : text
}
