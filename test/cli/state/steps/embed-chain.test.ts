/** Where an embed stands, in the states that the real controller brings it to. */
import { beforeEach, describe, expect, test } from 'vitest'
import { encodeData } from '../../../../src/api/core-objects.ts'
import { linkSecretName } from '../../../../src/api/names.ts'
import type { ChainStep } from '../../../../src/cli/state/steps/chain.ts'
import { explainEmbed, type EmbedFacts, type EmbedStep } from '../../../../src/cli/state/steps/embed-chain.ts'
import { builtEmbed, newSigningKey, offeredKey } from '../../../builders/embed.ts'
import { EmbedRig } from '../../../secure-embed/rig.ts'

const [pem, otherPem] = [newSigningKey(), newSigningKey()]
const hourMs = 3_600_000

let rig: EmbedRig

beforeEach(() => {
  rig = new EmbedRig()
  rig.signingKeys.put(offeredKey(pem))
  rig.put(builtEmbed())
})

/** What somebody sees who may read everything. */
function facts(): EmbedFacts {
  const embed = rig.embed()
  return {
    embed,
    signingKey: rig.signingKeys.store.get('tenants/embed-key'),
    linkSecret: rig.secret(linkSecretName(embed)),
    now: rig.clock.now(),
  }
}

const outsider = (): EmbedFacts => ({ ...facts(), signingKey: 'forbidden', linkSecret: 'forbidden' })

function failing(steps: readonly ChainStep<EmbedStep>[]): EmbedStep | undefined {
  return steps.find(({ result }) => result === 'failed')?.name
}

function step(steps: readonly ChainStep<EmbedStep>[], name: EmbedStep): string {
  const found = steps.find(candidate => candidate.name === name)
  return `${found?.result} ${found?.text}`
}

describe('an embed that is served', () => {
  test('every step, with the end and the next refresh', async () => {
    await rig.look()
    const steps = explainEmbed(facts())
    expect(steps.map(({ result }) => result)).toEqual(steps.map(() => 'passed'))
    expect(step(steps, 'key')).toMatch(/^passed it can sign; SHA256:/)
    expect(step(steps, 'link')).toContain('the Secret tenants/lobby-embed holds one as the spec asks for')
    expect(step(steps, 'end')).toBe('passed it is good until 2026-01-01T00:59:30Z, another 59m30s')
    expect(step(steps, 'refresh')).toBe(`passed it is replaced at ${rig.status().refreshAt}`)
  })

  test('told to somebody who may read no Secret', async () => {
    await rig.look()
    const steps = explainEmbed(outsider())
    expect(steps.map(({ result }) => result)).toEqual(steps.map(() => 'passed'))
    expect(step(steps, 'offered')).toContain('as the operator says; you may not read')
    expect(step(steps, 'end')).toContain('2026-01-01T00:59:30Z')
    expect(step(steps, 'refresh')).toContain(rig.status().refreshAt)
  })

  test('shows nothing of the link or the key', async () => {
    await rig.look()
    const shown = JSON.stringify(explainEmbed(facts()))
    expect(shown).not.toContain('eyJ')
    expect(shown).not.toContain('dl_embed_token')
    expect(shown).not.toContain('PRIVATE')
  })
})

type Situation = readonly [name: string, failing: EmbedStep, arrange: () => unknown]

const situations: readonly Situation[] = [
  ['suspended', 'suspended', () => rig.change({ suspend: true })],
  ['a spec that an older CRD let in', 'spec', () => rig.change({ lifetime: '1s' })],
  ['no key', 'offered', () => rig.removeKey()],
  ['a key that is none', 'key', () => rig.signingKeys.put(offeredKey('rubbish'))],
  [
    'a Secret of somebody else',
    'link',
    () =>
      rig.secrets.put({
        metadata: { name: 'lobby-embed', namespace: 'tenants', uid: 'other', resourceVersion: '1' },
        data: encodeData({ token: 'mine' }),
      }),
  ],
  [
    'a token that would be too large',
    'link',
    () => rig.change({ params: [{ name: 'a', value: 'x'.repeat(30_720) }] }),
  ],
]

describe('an embed without a link', () => {
  test.each(situations)('%s', async (_, name, arrange) => {
    arrange()
    await rig.look()
    const steps = explainEmbed(facts())
    expect(failing(steps)).toBe(name)
    expect(step(steps, 'refresh')).toBe('notReached ')
  })

  test.each(situations)('told from the status alone: %s', async (_, name, arrange) => {
    arrange()
    await rig.look()
    expect(failing(explainEmbed(outsider()))).toBe(name)
  })

  test('that nobody has looked at', () => {
    expect(failing(explainEmbed(facts()))).toBe('link')
    const steps = explainEmbed(outsider())
    expect(failing(steps)).toBeUndefined()
    expect(step(steps, 'link')).toMatch(/^unknown the operator has not looked at the latest change yet/)
  })

  test('whose key lacks the label: as if it were not there, to the letter', async () => {
    const unlabelled = offeredKey(pem)
    const metadata = { ...unlabelled.metadata, labels: {} }
    rig.removeKey()
    await rig.look()
    const missing = explainEmbed({ ...facts(), signingKey: undefined })
    expect(explainEmbed({ ...facts(), signingKey: { ...unlabelled, metadata } })).toEqual(missing)
    expect(step(missing, 'offered')).toBe(`failed ${rig.ready().says}`)
  })
})

describe('a link that cannot be refreshed', () => {
  beforeEach(async () => {
    await rig.look()
    rig.signingKeys.put(offeredKey('rubbish'))
  })

  test('is still good, and until when', async () => {
    await rig.look()
    const steps = explainEmbed(facts())
    expect(failing(steps)).toBe('key')
    expect(step(steps, 'link')).toMatch(/^passed /)
    expect(step(steps, 'end')).toMatch(/^passed it is good until 2026-01-01T00:59:30Z/)
    expect(step(steps, 'refresh')).toBe('notReached ')
  })

  test('told from the status alone, the key is not said to be good', async () => {
    await rig.look()
    const steps = explainEmbed(outsider())
    expect(failing(steps)).toBe('refresh')
    expect(step(steps, 'key')).toMatch(/^unknown you may not read it/)
    expect(step(steps, 'refresh')).toBe(`failed ${rig.ready().says}`)
  })

  test('has ended', async () => {
    await rig.run(2 * hourMs)
    expect(failing(explainEmbed(facts()))).toBe('key')
    expect(step(explainEmbed(facts()), 'end')).toMatch(/^failed it ended at 2026-01-01T00:59:30Z/)
    expect(failing(explainEmbed(outsider()))).toBe('link')
  })
})

describe('an operator that does not do its work', () => {
  beforeEach(() => rig.look())

  test('a refresh that is due', async () => {
    await rig.clock.advance(hourMs - 31_000)
    const steps = explainEmbed(facts())
    expect(failing(steps)).toBeUndefined()
    expect(step(steps, 'refresh')).toMatch(
      /^unknown it is due since .*; if that stays so, see whether the operator runs$/,
    )
  })

  test('a link that has ended', async () => {
    await rig.clock.advance(hourMs)
    expect(failing(explainEmbed(facts()))).toBe('link')
    expect(failing(explainEmbed(outsider()))).toBe('end')
  })

  test.each<[string, () => void]>([
    ['a change of the spec', () => rig.change({ embedId: 'zzzzzzzzzzzzz' })],
    ['another key', () => rig.signingKeys.put(offeredKey(otherPem))],
  ])('%s that it has not seen', (_, change) => {
    change()
    const steps = explainEmbed(facts())
    expect(failing(steps)).toBe('link')
    expect(step(steps, 'link')).toContain('holds none as the spec asks for that is still good')
    expect(step(steps, 'end')).toMatch(/^passed /)
  })
})

test('a Secret that may be read though the key may not', async () => {
  await rig.look()
  const steps = explainEmbed({ ...facts(), signingKey: 'forbidden' })
  expect(steps.map(({ result }) => result)).toEqual(steps.map(() => 'passed'))
})

test('what the operator refuses by a flag of its own', async () => {
  rig.change({ secret: { labels: { 'other.example/a': 'b' } } })
  await rig.look()
  expect(step(explainEmbed(facts()), 'metadata')).toBe(`failed ${rig.ready().says}`)
})
