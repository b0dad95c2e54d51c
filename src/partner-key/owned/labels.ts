/** The labels of objects made for a PartnerKey. They have no owner reference, so that they outlive the PartnerKey. */
import { labels, managedByValue } from '../../api/labels.ts'
import type { KubeObject, ObjectMeta } from '../../api/object.ts'

export function ownLabels(partnerKeyName: string): Record<string, string> {
  return { [labels.managedBy]: managedByValue, [labels.partnerKey]: partnerKeyName }
}

/** Whether the object has our labels and no owner, as it was made. */
export function isTidy({ metadata }: KubeObject, partnerKeyName: string): boolean {
  const wanted = Object.entries(ownLabels(partnerKeyName))
  return (
    wanted.every(([name, value]) => metadata.labels?.[name] === value) &&
    (metadata.ownerReferences ?? []).length === 0
  )
}

/** The part of a merge patch that restores labels and owners, of only the version that was looked at. */
export function tidyMetadata({ uid, resourceVersion }: ObjectMeta, partnerKeyName: string): unknown {
  return { uid, resourceVersion, labels: ownLabels(partnerKeyName), ownerReferences: null }
}
