import { expect, test } from 'vitest'
import { KubeError } from '../../src/kube/errors.ts'
import { aThing } from '../runtime/objects.ts'
import { added, modified, ScriptedSource, type Step } from '../runtime/cache/reflector/scripted-source.ts'
import { VirtualClock } from '../time/virtual-clock.ts'
import { follow } from './follow.ts'

const begins: Step = { list: [aThing('a', 1)], version: 9 }

function followed(steps: readonly Step[], failsAt?: string) {
  const source = new ScriptedSource(new VirtualClock(), steps)
  const ending = new AbortController()
  const seen: string[] = []
  const note = ({ object }: { readonly object: { readonly metadata: { resourceVersion?: string } } }) => {
    const { resourceVersion = '' } = object.metadata
    seen.push(resourceVersion)
    if (resourceVersion === failsAt) throw new Error('what was seen is wrong')
    if (resourceVersion === '11') ending.abort()
  }
  const onGap = () => expect.fail('the watch has a gap')
  return { source, seen, following: follow(source, { note, onGap }, ending.signal) }
}

test('a watch that breaks goes on where it was', async () => {
  const broken = new KubeError('unavailable', 'the line is cut', { retryable: true })
  const { source, seen, following } = followed([
    begins,
    { watch: [added('b', 10)], next: broken },
    { watch: [modified('b', 11)], next: 'hang' },
  ])
  await (await following).ended
  expect(seen).toEqual(['1', '10', '11'])
  expect(source.asked).toEqual(['list 5000', 'watch 9', 'watch 10'])
})

test('what its taker throws is no broken watch: it ends all', async () => {
  const { following } = followed([begins, { watch: [added('b', 10), modified('b', 11)], next: 'end' }], '10')
  await expect((await following).ended).rejects.toThrow('what was seen is wrong')
})

test('a gap is told', async () => {
  const gone = new KubeError('gone', 'too old resource version')
  const { following } = followed([begins, { watch: [], next: gone }])
  await expect((await following).ended).rejects.toThrow('the watch has a gap')
})
