import { linkSecretName, signingKeyOf } from '../../api/names.ts'
import { beside, keyOf } from '../../api/object.ts'
import type { SecureEmbed } from '../../api/secure-embed.ts'
import { systemClock } from '../../core/clock.ts'
import { leanEmbed } from '../../secure-embed/link/lean.ts'
import { readableObject, type Cluster } from '../cluster/cluster.ts'
import { explainEmbed, type EmbedStep } from './steps/embed-chain.ts'
import type { Explanation } from './explanation.ts'

const titles: Readonly<Record<EmbedStep, string>> = {
  suspended: 'suspended',
  deleting: 'deletion',
  metadata: 'Secret metadata',
  spec: 'spec',
  offered: 'signing key',
  key: 'the key in it',
  link: 'link',
  end: 'until',
  refresh: 'next refresh',
}

/** @throws KubeError */
export async function explainedEmbed(
  embed: SecureEmbed,
  { secrets }: Pick<Cluster, 'secrets'>,
  signal: AbortSignal,
): Promise<Explanation> {
  const secret = beside(embed, linkSecretName(embed))
  const [signingKey, linkSecret] = await Promise.all([
    readableObject(secrets, signingKeyOf(embed), signal),
    readableObject(secrets, secret, signal),
  ])
  const steps = explainEmbed({ embed: leanEmbed(embed), signingKey, linkSecret, now: systemClock.now() })
  const { kind, embedId } = embed.spec
  return {
    object: embed,
    title: `SecureEmbed ${keyOf(embed)}`,
    about: `${kind} ${embedId}, Secret ${secret}`,
    facts: { embed: keyOf(embed), embedId, secret },
    steps: steps.map(step => ({ ...step, title: titles[step.name] })),
    verdict: 'The embed is served.',
    statementOf: () => undefined,
  }
}
