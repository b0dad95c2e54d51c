/** What marks an object as made for a PartnerKey. Nothing that we make has an owner: it outlives its PartnerKey. */
import { labels, managedByValue } from '../../api/labels.ts'
import type { KubeObject, ObjectMeta } from '../../api/object.ts'

export function ownLabels(partnerKeyName: string): Record<string, string> {
  return { [labels.managedBy]: managedByValue, [labels.partnerKey]: partnerKeyName }
}

/** Labelled as ours and without owner, as it was made. */
export function isTidy({ metadata }: KubeObject, partnerKeyName: string): boolean {
  const wanted = Object.entries(ownLabels(partnerKeyName))
  return (
    wanted.every(([name, value]) => metadata.labels?.[name] === value) &&
    (metadata.ownerReferences ?? []).length === 0
  )
}

/** For a merge patch of exactly the version that was looked at: labels and owners become as they were made. */
export function tidyMetadata({ uid, resourceVersion }: ObjectMeta, partnerKeyName: string): unknown {
  return { uid, resourceVersion, labels: ownLabels(partnerKeyName), ownerReferences: null }
}
