// The admission policy of deploy/policies/signing-keys, carried out by a real API server.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  eventually,
  kubectl,
  type KubectlOptions,
  serviceAccountKubeconfig,
  uniqueNamespace,
  useLentCluster,
} from '../../cluster/cluster.ts'
import { applyDeploy, refusal } from '../../cluster/deploy.ts'

useLentCluster()
beforeAll(applyDeploy)

type Labels = Readonly<Record<string, string>>

const use = 'lenskeeper.dev/use'
const offer = { [use]: 'embed-signing' }

describe('the label that offers a Secret’s key for signing', () => {
  let namespace = ''
  /** Somebody who may write Secrets and embeds of the namespace, and read no Secret. */
  let author: KubectlOptions = {}

  beforeEach(async () => {
    namespace = await uniqueNamespace('offers')
    await kubectl(['create', 'serviceaccount', 'author', '-n', namespace])
    const verbs = '--verb=create,update,patch,delete'
    await kubectl(['create', 'role', 'author', verbs, '--resource=secrets', '-n', namespace])
    await bind(namespace, '--role=author')
    await bind(namespace, '--clusterrole=lenskeeper-embed-editor')
    author = { kubeconfig: await serviceAccountKubeconfig({ namespace, name: 'author' }) }
    for (const name of ['theirs', 'offered']) await create(name, {})
    await label('offered', { ...offer, team: 'a' })
    await eventually(async () => (await saidTo(author, 'theirs', { [use]: 'probe' })) !== undefined)
  })

  const bind = (where: string, role: string) => {
    const name = role.replace(/.*=/, '')
    const account = `--serviceaccount=${namespace}:author`
    return kubectl(['create', 'rolebinding', name, role, account, '-n', where])
  }

  function create(name: string, labels: Labels, as: KubectlOptions = {}): Promise<string> {
    const secret = { ...secretOf(name, labels), stringData: { 'private.pem': 'a key' } }
    return kubectl(['create', '--validate=false', '-f', '-'], { ...as, input: JSON.stringify(secret) })
  }

  const secretOf = (name: string, labels: Labels) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels },
  })

  /** Sets these labels and takes the other ones away. It reads nothing, and leaves the data alone. */
  const apply = ['apply', '--server-side', '--force-conflicts', '--field-manager=labels', '--validate=false']
  const inputOf = (name: string, labels: Labels) => ({ input: JSON.stringify(secretOf(name, labels)) })
  const label = (name: string, labels: Labels) => kubectl([...apply, '-f', '-'], inputOf(name, labels))
  const saidTo = (as: KubectlOptions, name: string, labels: Labels) =>
    refusal([...apply, '--dry-run=server', '-f', '-'], { ...as, ...inputOf(name, labels) })

  const changes: readonly (readonly [string, string, Labels])[] = [
    ['put', 'theirs', offer],
    ['changed', 'offered', { team: 'a', [use]: 'something-else' }],
    ['taken away', 'offered', { team: 'a' }],
  ]

  test.each(changes)('cannot be %s by who may only write, and the answer says who can', async (...change) => {
    const [, name, labels] = change
    expect(await saidTo(author, name, labels)).toBe(
      'the label lenskeeper.dev/use says whether the key in this Secret signs embeds, and you may not set, ' +
        'change or remove it on a Secret that exists: ask somebody with the role lenskeeper-admin in namespace ' +
        `${namespace} (the verb "offer" on secureembeds.lenskeeper.dev). Whoever has the key itself can create ` +
        'a Secret that carries the label from the start.',
    )
  })

  test('is free on a new Secret, whose author knows the key; so is the rest of an offered one', async () => {
    await create('mine', offer, author)
    expect(await saidTo(author, 'offered', { ...offer, team: 'b' })).toBeUndefined()
    expect(await saidTo(author, 'theirs', { team: 'b' })).toBeUndefined()
  })

  test('is the word of lenskeeper-admin, in that namespace alone', async () => {
    const elsewhere = await uniqueNamespace('elsewhere')
    await bind(elsewhere, '--clusterrole=lenskeeper-admin')
    const mayOffer = ['auth', 'can-i', 'offer', 'secureembeds.lenskeeper.dev', '-n', elsewhere]
    await eventually(async () => (await kubectl(mayOffer, author)).startsWith('yes'))
    expect(await saidTo(author, 'theirs', offer)).toContain(`lenskeeper-admin in namespace ${namespace} `)

    await bind(namespace, '--clusterrole=lenskeeper-admin')
    await eventually(async () => (await saidTo(author, 'theirs', offer)) === undefined)
    for (const [, name, labels] of changes) expect(await saidTo(author, name, labels)).toBeUndefined()
  })
})
