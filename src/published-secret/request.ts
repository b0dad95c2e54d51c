/**
 * The labels and annotations that an owner's `spec.secret` asks for, as caches keep them. A CRD cannot say how many there
 * may be together, and an author may have thousands of owners. Pure.
 */

/** In characters, of all names and values. */
export const mostRequested = 16 * 1024

/** Stands for more than is kept. No object can have a label or an annotation of this name. */
const tooMuch = '…'

interface Request {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** The owner, with what it asks for, or with something that `asksTooMuch` and no API server takes. */
export function leanOwner<T extends { readonly spec: { readonly secret?: Request } }>(owner: T): T {
  const { secret } = owner.spec
  if (secret === undefined || sizeOf(secret.labels) + sizeOf(secret.annotations) <= mostRequested)
    return owner
  const { labels: _labels, ...rest } = secret
  return { ...owner, spec: { ...owner.spec, secret: { ...rest, annotations: { [tooMuch]: '' } } } }
}

export function asksTooMuch({ annotations = {} }: Request): boolean {
  return Object.hasOwn(annotations, tooMuch)
}

function sizeOf(record: Readonly<Record<string, string>> = {}): number {
  return Object.entries(record).reduce((size, [name, value]) => size + name.length + value.length, 0)
}
