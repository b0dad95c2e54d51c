/** What the example for Flux says of our kinds, and what is to come of it. */
import type { ArgoHealth, Kind } from '../../scripts/argocd/cases.ts'
import { manifestsOf } from '../deploy/manifests.ts'

export interface FluxCheck {
  readonly apiVersion: string
  readonly kind: Kind
  readonly current: string
  readonly failed: string
}

export const fluxChecks: readonly FluxCheck[] = manifestsOf(
  'examples/gitops/flux/kustomizations.yaml',
).flatMap(({ spec }) => (spec as { readonly healthCheckExprs?: readonly FluxCheck[] }).healthCheckExprs ?? [])

/** What is not waited for is current to Flux, also where a person has to act first: else it ran into its time-out. */
export const fluxStatusOf: Readonly<Record<ArgoHealth, 'Current' | 'InProgress' | 'Failed'>> = {
  Healthy: 'Current',
  Suspended: 'Current',
  Progressing: 'InProgress',
  Degraded: 'Failed',
}
