/** What is compared at the end of a run, without what differs from run to run. */
import { dataOf, type Secret } from '../../src/api/core-objects.ts'

export function outlineOf(secret: Secret | undefined): object | undefined {
  if (secret === undefined) return undefined
  const { metadata, type, immutable, data = {} } = secret
  const shown = ['database', 'dataLensKeyVersion', 'partnerKeyVersion', 'username']
  return {
    name: metadata.name,
    labels: metadata.labels,
    annotations: Object.keys(metadata.annotations ?? {}).sort(),
    owners: metadata.ownerReferences?.map(({ kind, name }) => ({ kind, name })),
    type,
    immutable,
    fields: Object.keys(data).sort(),
    values: shown.map(field => dataOf(secret, field)),
  }
}

/** Replaces what differs from run to run by what it is: a name, a uuid, a time. */
export function scrub(id: string, state: unknown): unknown {
  const text = JSON.stringify(state)
    .replaceAll(id, '‹name›')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '‹uuid›')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '‹time›')
    .replaceAll(/SHA256:[A-Za-z0-9+/=]+/g, '‹fingerprint›')
    .replaceAll(/-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----/g, '‹public key›')
  return JSON.parse(text)
}
