/** What the author of a tenant or an embed sees, who may read these kinds and no others. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kubeconfig as kubeconfigText } from '../../../src/dev/control-plane/files.ts'
import type { World } from '../../cluster/world.ts'
import type { Corner } from './corner/corner.ts'
import { explain, type Eyes, type Faces } from './faces.ts'

const account = { namespace: 'default', name: 'truth-author' }

/** Resolves with the path of a kubeconfig. */
export async function makeAuthor(world: World): Promise<string> {
  const { namespace, name } = account
  await world.kubectl(['create', 'serviceaccount', name, '-n', namespace])
  const subject = `--serviceaccount=${namespace}:${name}`
  for (const what of ['tenant', 'embed']) {
    const role = `--clusterrole=lenskeeper-${what}-editor`
    await world.kubectl(['create', 'clusterrolebinding', `${name}-of-${what}s`, role, subject])
  }
  const { url, caPem } = world.environment.controlPlane
  const token = await world.environment.controlPlane.serviceAccountToken({
    ...account,
    expirationSeconds: 3600,
  })
  const path = join(world.environment.directory, 'author.kubeconfig')
  writeFileSync(path, kubeconfigText({ url, caPem, token, namespace }), { mode: 0o600 })
  return path
}

/** What is told to them, and what somebody with all rights is not told otherwise. In words; empty when all is well. */
export async function wrongToAuthor(faces: Faces, corner: Corner, eyes: Eyes): Promise<readonly string[]> {
  const { kind, object, events, explained } = faces
  if (kind !== 'ConnectorTenant' && kind !== 'SecureEmbed') return []
  const told = await explain(kind, corner, { eyes, kubeconfig: eyes.author })
  const all = [JSON.stringify(object.status), JSON.stringify(events), told?.output].join('\n')
  return [
    ...othersIn(all, corner.id).map(found => `its author is told "${found}"`),
    ...(told?.code === explained?.code
      ? []
      : [`explain exits with ${told?.code} for its author: ${told?.output}`]),
  ]
}

/** Names of other rows, who reads and who works on the server, where that is, and what it said. Pure. */
function othersIn(text: string, id: string): readonly string[] {
  const named = text.matchAll(/\b(?:one|acme|brought|lobby|signing|truth|client)[-_](a\d+)(?!\d)/g)
  const others = [...named].flatMap(([name, of]) => (of === id ? [] : [name]))
  const server = text.match(/\b(?:former|two|reader|operator)[-_]a\d*|127\.0\.0\.1|\bcode \d+|Exception/gi)
  return [...others, ...(server ?? [])]
}
