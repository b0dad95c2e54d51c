// The admission policy of deploy/policies/confirm-deletion, carried out by a real API server.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually, kubectl, read, uniqueNamespace, useLentCluster } from '../../cluster/cluster.ts'
import { applyDeploy, refusal } from '../../cluster/deploy.ts'

useLentCluster()
beforeAll(applyDeploy)

interface Guarded {
  readonly kind: 'partnerkey' | 'clickhouseconnection'
  readonly spec: unknown
  readonly count: 'tenants' | 'databaseCount'
  readonly message: RegExp
}

const guarded: readonly Guarded[] = [
  {
    kind: 'partnerkey',
    spec: { keyVersion: 1, connectionRef: { name: 'default' } },
    count: 'tenants',
    message: /^PartnerKey \S+\/acme has 2 tenants\. .*report PartnerKeyNotFound until it is applied again\./,
  },
  {
    kind: 'clickhouseconnection',
    spec: { endpoints: ['https://ch.example:8443'], credentialsSecretRef: { name: 'ch' } },
    count: 'databaseCount',
    message:
      /^ClickHouseConnection \S+\/acme has 2 tenant databases\. .*nothing there is looked after any more/,
  },
]

describe.each(guarded)('deleting a $kind', ({ kind, spec, count, message }) => {
  let namespace = ''
  const inNamespace = (...args: readonly string[]) => [...args, '-n', namespace]
  const deleteIt = (...more: readonly string[]) =>
    inNamespace('delete', kind, 'acme', '--wait=false', ...more)

  beforeEach(async () => {
    namespace = await uniqueNamespace('deleting')
    const apiVersion = 'lenskeeper.dev/v1alpha1'
    const metadata = { name: 'acme', namespace }
    const kinds = { partnerkey: 'PartnerKey', clickhouseconnection: 'ClickHouseConnection' }
    const input = JSON.stringify({ apiVersion, kind: kinds[kind], metadata, spec })
    await kubectl(['create', '-f', '-'], { input })
  })

  const holding = (number: number) => {
    const status = JSON.stringify({ status: { [count]: number } })
    return kubectl(
      inNamespace('patch', kind, 'acme', '--subresource=status', '--type=merge', `--patch=${status}`),
    )
  }

  /** A policy counts a moment after it was applied. A delete as a dry run shows when. */
  const whileItHolds = async (number: number) => {
    await holding(number)
    await eventually(async () => (await refusal(deleteIt('--dry-run=server'))) !== undefined)
  }

  test('is free while nobody has anything from it, before and after its first status', async () => {
    expect(await refusal(deleteIt('--dry-run=server'))).toBeUndefined()
    await holding(0)
    expect(await refusal(deleteIt())).toBeUndefined()
  })

  test('is refused with the command that confirms it, and that command does', async () => {
    await whileItHolds(2)
    const said = (await refusal(deleteIt())) ?? ''
    expect(said).toMatch(message)
    const [, command = ''] = /first run: kubectl (.*)$/.exec(said) ?? []
    await kubectl(command.split(' '))
    expect(await refusal(deleteIt())).toBeUndefined()
    await eventually(async () => (await read({ kind, namespace, name: 'acme' })) === undefined)
  })

  test('is refused when the confirmation names something else, and when all are deleted at once', async () => {
    await whileItHolds(1)
    await kubectl(inNamespace('annotate', kind, 'acme', 'lenskeeper.dev/confirm-deletion=true'))
    expect(await refusal(deleteIt())).toMatch(/ has 1 tenant( database)?\. /)
    const collection = `/apis/lenskeeper.dev/v1alpha1/namespaces/${namespace}/${kind}s`
    expect(await refusal(['delete', '--raw', collection])).toMatch(/ has 1 tenant( database)?\. /)
    expect(await read({ kind, namespace, name: 'acme' })).toBeDefined()
  })

  test('never keeps a namespace from going', async () => {
    await whileItHolds(3)
    await kubectl(['delete', 'namespace', namespace, '--timeout=60s'])
    expect(await read({ kind: 'namespace', name: namespace })).toBeUndefined()
  })

  test('never stops Kubernetes’ own garbage collector', async () => {
    await whileItHolds(3)
    const collector = '--as=system:serviceaccount:kube-system:generic-garbage-collector'
    expect(await refusal(deleteIt(collector, '--as-group=system:masters'))).toBeUndefined()
  })
})
