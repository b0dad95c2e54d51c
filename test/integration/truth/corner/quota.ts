import type { Corner } from './corner.ts'

const name = 'none'

/** No more of these may be made in the namespace. Nothing computes quotas on this control plane, so the status is told. */
export async function allowNone({ world, namespace }: Corner, plural: string): Promise<void> {
  const hard = { [`count/${plural}`]: '0' }
  await world.apply({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name, namespace },
    spec: { hard },
  })
  const status = JSON.stringify({ status: { hard, used: hard } })
  const patch = ['--subresource=status', '--type=merge', '-p', status]
  await world.kubectl(['patch', 'resourcequota', name, '-n', namespace, ...patch])
}

export async function allowAgain({ world, namespace }: Corner): Promise<void> {
  await world.kubectl(['delete', 'resourcequota', name, '-n', namespace])
}
