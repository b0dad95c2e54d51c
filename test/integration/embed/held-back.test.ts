/** An embed whose link may not or cannot be written: suspended, only observed, or refused by the API server. */
import { afterAll, describe, expect, test } from 'vitest'
import { findCondition, type Condition } from '../../../src/api/conditions.ts'
import { annotations } from '../../../src/api/labels.ts'
import type { SecureEmbed } from '../../../src/api/secure-embed.ts'
import {
  claimsIn,
  embed,
  enduringEmbed,
  published,
  secretMadeAt,
  signingKey,
} from '../../scenarios/embeds.ts'
import { eventually } from '../../time/eventually.ts'
import { blue, forever, green, testInvariants, useStage } from './stage.ts'

const stage = useStage()
const west = { params: [{ name: 'region', value: 'west' }] }

function conditionOf({ status }: SecureEmbed, type: 'Ready' | 'TokenPublished'): Condition | undefined {
  return findCondition(status?.conditions, type)
}

describe('suspended', () => {
  test('nothing is changed; the status says how long the link lasts', async () => {
    const { world } = stage()
    await enduringEmbed(world, 'resting')
    const before = await stage().secret('resting-embed')
    await stage().patch('resting', { suspend: true })
    const made = await world.embedIs('embeds/resting', 'True', 'Suspended')
    expect(conditionOf(made, 'Ready')?.message).toContain(`good until ${made.status?.expiresAt}`)
    expect(made.status).not.toHaveProperty('refreshAt')
    await stage().patch('resting', west)
    const changed = await world.embedIs('embeds/resting', 'False', 'Suspended')
    expect(conditionOf(changed, 'TokenPublished')?.status).toBe('True')
    expect(await stage().secret('resting-embed')).toEqual(before)
  })

  test('a token that somebody swapped is not called good', async () => {
    const { world } = stage()
    await enduringEmbed(world, 'swapped')
    await stage().patch('swapped', { suspend: true })
    const made = await world.embedIs('embeds/swapped', 'True', 'Suspended')
    const { data } = await secretMadeAt(made, green, Date.now())
    await stage().tamper('swapped-embed', { data })
    await world.embedIs('embeds/swapped', 'False', 'Suspended')
  })

  test('it goes on when that ends', async () => {
    const before = await published(stage().world, 'resting-embed')
    await stage().patch('resting', { suspend: false })
    const after = await stage().anotherToken('resting-embed', before.token)
    expect(claimsIn(after.token)).toMatchObject({ params: { region: 'west' } })
    await stage().world.embedIs('embeds/resting', 'True', 'Ready')
  })
})

describe('only observed', () => {
  const observing = { metadata: { annotations: { [annotations.mode]: 'Observe' } } }

  test('by its annotation: the status says what would be done, and there is no Secret', async () => {
    const { world } = stage()
    const { metadata, ...rest } = embed('watched')
    await world.apply({ ...rest, metadata: { ...metadata, ...observing.metadata } })
    const made = await world.embedIs('embeds/watched', 'False', 'Observing')
    expect(made.status?.plan).toEqual(['create the Secret with a new link'])
    expect(await world.secrets.get('embeds/watched-embed', forever)).toBeUndefined()
    const none = { metadata: { annotations: { [annotations.mode]: null } } }
    await world.embeds.mergePatch('embeds/watched', none, forever)
    const served = await world.embedIs('embeds/watched', 'True', 'Ready')
    expect(served.status).not.toHaveProperty('plan')
  })

  test('by --dry-run: not a single Secret is written', async () => {
    const { world, proxy } = stage()
    await enduringEmbed(world, 'dry')
    await stage().restart('--dry-run')
    proxy.forget()
    await stage().patch('dry', west)
    await world.apply(embed('drier'))
    const made = await eventually(async () => {
      const found = await world.embedIs('embeds/dry', 'False', 'Observing')
      return found.status?.plan?.length === 1 ? found : undefined
    })
    expect(made.status?.plan).toEqual(['update the Secret with a new link'])
    // What is there is told truly all the same.
    expect(made.status?.expiresAt).toBe((await published(world, 'dry-embed')).expiresAt)
    await world.embedIs('embeds/drier', 'False', 'Observing')
    expect(proxy.writes().filter(call => call.includes('/secrets'))).toEqual([])
    await stage().restart()
    await world.embedIs('embeds/dry', 'True', 'Ready')
    await world.embedIs('embeds/drier', 'True', 'Ready')
  })
})

describe('refused by an admission policy', () => {
  const at = 'strict'
  const words = 'Secrets are frozen until Monday'
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'test-frozen-secrets' },
    spec: {
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': at } },
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['secrets'] },
        ],
      },
      validations: [{ expression: 'false', message: words }],
    },
  }
  const binding = {
    apiVersion: policy.apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: policy.metadata,
    spec: { policyName: policy.metadata.name, validationActions: ['Deny'] },
  }
  const thaw = async (): Promise<void> => {
    const names = ['validatingadmissionpolicybinding,validatingadmissionpolicy', policy.metadata.name]
    await stage().world.kubectl(['delete', ...names, '--ignore-not-found'])
  }
  afterAll(thaw)

  /** In milliseconds: longer than it takes until the policy counts and an operator has looked. */
  const leftMs = 30_000

  test('a link that is due stays, and is told to be the old one while it lives', async () => {
    const { world } = stage()
    await world.namespace(at)
    await world.apply(signingKey('signing', blue.privatePem, at))
    const made = await enduringEmbed(world, 'due', { namespace: at })
    await stage().operator.stop()
    const { exp, ...due } = await secretMadeAt(made, blue, Date.now() - 36_000_000 + 30_000 + leftMs)
    const { metadata, data } = due
    await world.secrets.mergePatch(`${at}/due-embed`, { metadata, data }, forever)
    await freeze()
    await stage().restart()
    const failing = await world.embedIs(`${at}/due`, 'True', 'RefreshFailing')
    const message = conditionOf(failing, 'Ready')?.message
    expect(message).toContain(words)
    expect(message).toContain(`good until ${new Date(exp * 1000).toISOString().slice(0, 19)}Z`)
    expect((await stage().secret('due-embed', at)).data).toEqual(data)
  })

  test('a new embed, and one that wants another token, say why they have none', async () => {
    const { world } = stage()
    await world.apply(embed('fresh', {}, at))
    const { status } = await world.embedIs(`${at}/fresh`, 'False', 'SecretRefused')
    expect(findCondition(status?.conditions, 'Ready')?.message).toContain(words)
    expect(findCondition(status?.conditions, 'Reconciling')?.status).toBe('True')
  })

  test('once the link has ended, the status says so without being asked', async () => {
    const due = await stage().world.embedIs(`${at}/due`, 'False', undefined, leftMs + 30_000)
    expect(conditionOf(due, 'Ready')?.message).toContain(words)
    expect(conditionOf(due, 'TokenPublished')).toMatchObject({ status: 'False', reason: 'TokenExpired' })
  })

  test('all of them go on by themselves when they may', async () => {
    await thaw()
    for (const name of ['due', 'fresh'])
      await stage().world.embedIs(`${at}/${name}`, 'True', 'Ready', 120_000)
  })

  async function freeze(): Promise<void> {
    const { world } = stage()
    await world.apply(policy, binding)
    const tried = { metadata: { name: 'tried', namespace: at }, data: {} }
    const refused = async (): Promise<boolean> =>
      await world.secrets.create(tried, forever).then(
        async () => {
          await world.secrets.delete(`${at}/tried`, {}, forever)
          return false
        },
        (error: unknown) => String(error).includes(words),
      )
    await eventually(refused, { what: 'the policy counts' })
  }
})

testInvariants(stage)
