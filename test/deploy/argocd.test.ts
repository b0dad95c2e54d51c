/** What Argo CD does first, and whether the next step waits for it. What its scripts say is in test/delivery. */
import { expect, test } from 'vitest'
import { manifestsOf } from './manifests.ts'

const wave = 'argocd.argoproj.io/sync-wave'

interface Application {
  readonly source: { readonly path: string }
  readonly template?: { readonly spec: Application }
}

const steps = manifestsOf('examples/gitops/argocd/applications.yaml').map(({ kind, metadata, spec }) => {
  const { source } = (spec as Application).template?.spec ?? (spec as Application)
  return { kind, path: source.path, wave: Number(metadata?.annotations?.[wave]) }
})

test('Argo CD’s steps are waves in the order of things, each of its own', () => {
  expect(steps).toEqual([
    { kind: 'Application', path: 'deploy/crds', wave: 0 },
    { kind: 'Application', path: 'deploy', wave: 1 },
    { kind: 'Application', path: 'platform', wave: 2 },
    { kind: 'ApplicationSet', path: '{{ .path.path }}', wave: 3 },
  ])
})

test('nothing in an Application comes in waves, as one that waits for a person would hold up the next', () => {
  const inTree = ['platform/connection.yaml', 'platform/partner-key.yaml', 'tenants/acme-shop/tenants.yaml']
  for (const path of inTree)
    for (const { metadata } of manifestsOf(`examples/gitops/tree/${path}`))
      expect(metadata?.annotations ?? {}).not.toHaveProperty([wave])
})
