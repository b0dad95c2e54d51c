import type { Refused } from './cases.ts'

const reservedKeys: readonly (readonly [key: string, says: string])[] = [
  ['lenskeeper.dev/tenant', 'the operator’s own'],
  ['x.lenskeeper.dev/a', 'the operator’s own'],
  ['app.kubernetes.io/managed-by', 'those of Kubernetes'],
  ['app.kubernetes.io/instance', 'those of Kubernetes'],
  ['kubernetes.io/a', 'those of Kubernetes'],
  ['k8s.io/a', 'those of Kubernetes'],
  ['reflector.v1.k8s.io/a', 'those of Kubernetes'],
  ['argocd.argoproj.io/instance', 'those of Argo CD'],
  ['argocd.argoproj.io/tracking-id', 'those of Argo CD'],
  ['kustomize.toolkit.fluxcd.io/name', 'those of Flux'],
  ['toolkit.fluxcd.io/a', 'those of Flux'],
  ['helm.sh/chart', 'those of Helm'],
  ['meta.helm.sh/release-name', 'those of Helm'],
  ['Kubernetes.io/a', 'a key must be a name'],
  ['a/b/c', 'a key must be a name'],
  ['', 'a key must be a name'],
  ['a key', 'a key must be a name'],
  ['a'.repeat(64), 'a key must be a name'],
]

/** What `spec.secret` may not ask for, whatever the kind. */
export const refusedMetadata = (['labels', 'annotations'] as const).flatMap(place =>
  reservedKeys.map(
    ([key, says]): Refused => [`${place}: "${key}"`, { secret: { [place]: { [key]: 'a' } } }, says],
  ),
)
