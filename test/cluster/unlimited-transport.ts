import { systemClock } from '../../src/core/clock.ts'
import { accessSource } from '../../src/kube/access/access-source.ts'
import { Transport } from '../../src/kube/call/transport.ts'

/** Speaks with the API server as whoever the kubeconfig logs in, as fast as it answers. Close it. */
export function unlimitedTransport(kubeconfig: string): Transport {
  return new Transport({
    access: accessSource({ kubeconfig, env: {} }),
    clock: systemClock,
    random: Math.random,
    rateLimit: { perSecond: 0, burst: 1 },
  })
}
