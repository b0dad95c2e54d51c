import { crdNames } from '../api/kinds.ts'
import { group } from '../api/definition/resource.ts'
import { neverAborts } from '../core/abort.ts'
import { sleep, systemClock } from '../core/clock.ts'
import { CodedError } from '../core/errors.ts'
import { deployFolder } from './environment-files.ts'
import type { Kubectl } from './kubectl.ts'

const shownWithinMs = 60_000
const pollEveryMs = 100

/** Applies what a cluster's administrator applies, and waits until the custom resources are served and shown. */
export async function applyDeploy(kubectl: Kubectl): Promise<void> {
  const apply = ['apply', '--server-side', '--force-conflicts', '-k']
  await kubectl([...apply, deployFolder('crds')])
  const established = crdNames.map(name => `crd/${name}`)
  await settleBoth(
    kubectl([...apply, deployFolder()]),
    kubectl(['wait', '--for=condition=Established', '--timeout=60s', ...established]),
  )
  await untilShown(kubectl)
}

/** The API server serves a kind before its list of kinds has it, and `kubectl get lenskeeper` asks that list. */
async function untilShown(kubectl: Kubectl): Promise<void> {
  const deadline = systemClock.monotonic() + shownWithinMs
  for (;;) {
    const shown = await kubectl(['api-resources', '--cached=false', '--api-group', group, '--output', 'name'])
    const names = new Set(shown.split('\n'))
    if (crdNames.every(name => names.has(name))) return
    if (systemClock.monotonic() > deadline)
      throw new CodedError(
        'kindsNotShown',
        `the API server does not list every kind of ${group} after ${shownWithinMs / 1000} s`,
      )
    await sleep(systemClock, pollEveryMs, neverAborts)
  }
}

/** Waits for both, also when one fails. So nothing is under way any more when the rest is stopped. */
export async function settleBoth(first: Promise<unknown>, second: Promise<unknown>): Promise<void> {
  const results = await Promise.allSettled([first, second])
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
