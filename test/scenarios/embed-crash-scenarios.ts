/** Pieces of work on an embed that an operator is stopped in. */
import { dataOf, type Secret } from '../../src/api/core-objects.ts'
import { isTrue } from '../../src/api/conditions.ts'
import { labels } from '../../src/api/labels.ts'
import type { LinkHistory } from '../watchers/link-history.ts'
import type { World } from '../cluster/world.ts'
import type { Scenario } from './crash-course.ts'
import { outlineOf, scrub } from './crash-state.ts'
import {
  claimsIn,
  embed,
  enduringEmbed,
  published,
  secretMadeAt,
  signingKey,
  tellExpiry,
  signingPair,
} from './embeds.ts'
import { sideBySide } from './side-by-side.ts'

const forever = new AbortController().signal
const pair = signingPair('crash')

export interface EmbedWorld {
  readonly world: World
  readonly history: LinkHistory
}

/** The Secret is made, and never holds another token than its first. */
export function newEmbed(on: EmbedWorld): Scenario {
  return {
    ...common(on),
    name: 'an embed’s first reconcile',
    letter: 'n',
    prepare: ids =>
      each(ids, async id => {
        await place(on, id)
        await keyIsSeen(on, id)
      }),
    act: id => on.world.embeds.create(embed('lobby', {}, `${id}-ns`), forever),
    isDone: id => isReady(on, id),
    state: async id => ({ ...(await stateOf(on, id)), tokens: await tokensOf(on, id, ['lobby-embed']) }),
  }
}

/** The link is due. */
export function linkDue(on: EmbedWorld): Scenario {
  return {
    ...common(on),
    name: 'a refresh',
    letter: 'r',
    act: async id => {
      const made = await on.world.embedIs(`${id}-ns/lobby`, 'True', 'Ready')
      const { metadata, data, exp } = await secretMadeAt(made, pair, Date.now() - 35_900_000)
      await tellExpiry(on.world, made, exp)
      await on.world.secrets.mergePatch(`${id}-ns/lobby-embed`, { metadata, data }, forever)
    },
    isDone: async id => (await secondsLeft(on, id)) > 35_000 && (await isReady(on, id)),
    state: id => stateOf(on, id),
  }
}

/** Other parameters are asked for. */
export function paramsChanged(on: EmbedWorld): Scenario {
  return {
    ...common(on),
    name: 'a change of the parameters',
    letter: 'p',
    act: id =>
      on.world.embeds.mergePatch(
        `${id}-ns/lobby`,
        { spec: { params: [{ name: 'region', value: 'west' }] } },
        forever,
      ),
    isDone: id => isReady(on, id),
    state: id => stateOf(on, id),
  }
}

/** The Secret gets another name; the token stays the same. */
export function secretRenamed(on: EmbedWorld): Scenario {
  return {
    ...common(on),
    name: 'a move to another name',
    letter: 'm',
    act: id => on.world.embeds.mergePatch(`${id}-ns/lobby`, { spec: { secret: { name: 'new' } } }, forever),
    isDone: async id =>
      (await on.world.secrets.get(`${id}-ns/lobby-embed`, forever)) === undefined && (await isReady(on, id)),
    state: async id => ({
      ...(await stateOf(on, id)),
      tokens: await tokensOf(on, id, ['lobby-embed', 'new']),
    }),
  }
}

/** With an embed that endures, and without a link at any moment being an end. */
function common(on: EmbedWorld) {
  return {
    prepare: (ids: readonly string[]) =>
      each(ids, async id => {
        await place(on, id)
        await enduringEmbed(on.world, 'lobby', { namespace: `${id}-ns` })
      }),
    faults: () => on.history.violations(),
  }
}

async function place({ world }: EmbedWorld, id: string): Promise<void> {
  await world.namespaces.create({ metadata: { name: `${id}-ns` } }, forever)
  await world.secrets.create(signingKey('signing', pair.privatePem, `${id}-ns`), forever)
}

/** An embed that is looked at before its key is has one more status written. */
async function keyIsSeen({ world }: EmbedWorld, id: string): Promise<void> {
  const at = `${id}-ns`
  await world.embeds.create(embed('probe', {}, at), forever)
  const { status } = await world.embedIs(`${at}/probe`, 'True', 'Ready')
  await world.embeds.delete(`${at}/probe`, {}, forever)
  await world.secrets.delete(`${at}/${status?.secretName}`, {}, forever)
}

async function isReady({ world }: EmbedWorld, id: string): Promise<boolean> {
  const made = await world.embeds.get(`${id}-ns/lobby`, forever)
  const { conditions, observedGeneration } = made?.status ?? {}
  return observedGeneration === made?.metadata.generation && isTrue(conditions, 'Ready')
}

async function secondsLeft({ world }: EmbedWorld, id: string): Promise<number> {
  const { expiresAt } = await published(world, 'lobby-embed', `${id}-ns`)
  return (Date.parse(expiresAt) - Date.now()) / 1000
}

/** How many tokens these Secrets ever had. */
async function tokensOf(
  { world, history }: EmbedWorld,
  id: string,
  names: readonly string[],
): Promise<number> {
  await history.caughtUp()
  const owner = (await world.embeds.get(`${id}-ns/lobby`, forever))?.metadata.uid
  return new Set(names.flatMap(name => history.tokens(`${id}-ns/${name}`, owner))).size
}

async function stateOf({ world }: EmbedWorld, id: string): Promise<object> {
  const at = `${id}-ns`
  const made = await world.embeds.get(`${at}/lobby`, forever)
  const secrets = await world.secrets.list({ namespace: at, labelSelector: labels.embed }, forever)
  const isTold = secrets.map(secret => dataOf(secret, 'expiresAt') === made?.status?.expiresAt)
  return scrub(id, { status: made?.status, isTold, secrets: secrets.map(linkOf) }) as object
}

function linkOf(secret: Secret): object {
  const { iat, exp, ...claims } = claimsIn(dataOf(secret, 'token') ?? '')
  return { ...outlineOf(secret), claims, lifetime: Number(exp) - Number(iat) }
}

async function each(ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<void> {
  await sideBySide(ids, 4, work)
}
