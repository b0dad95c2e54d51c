/** What the tests of one file about embeds share: a world, an operator behind a proxy, and all that was ever published. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Secret } from '../../../src/api/core-objects.ts'
import type { SecureEmbed } from '../../../src/api/secure-embed.ts'
import { annotations } from '../../../src/api/labels.ts'
import type { RunningOperator } from '../../cluster/operator-under-test.ts'
import { startWorld, type World } from '../../cluster/world.ts'
import { FaultProxy } from '../../proxies/fault-proxy.ts'
import { namespace, published, signingKey, signingPair, type Published } from '../../scenarios/embeds.ts'
import { eventually } from '../../time/eventually.ts'
import { expectInvariants } from '../../watchers/invariants.ts'
import { LinkHistory } from '../../watchers/link-history.ts'
import { reconciles } from '../../watchers/operator-metrics.ts'

export const forever = new AbortController().signal

/** `blue` is offered as `signing`, `green` as `other`. */
export const blue = signingPair('blue')
export const green = signingPair('green')

export class Stage {
  readonly world: World
  readonly proxy: FaultProxy
  readonly history: LinkHistory
  operator: RunningOperator

  private constructor(world: World, proxy: FaultProxy, history: LinkHistory, operator: RunningOperator) {
    this.world = world
    this.proxy = proxy
    this.history = history
    this.operator = operator
  }

  static async set(): Promise<Stage> {
    const world = await startWorld({ replicas: 0 })
    const proxy = await FaultProxy.start(await world.operatorKubeconfig())
    const history = await LinkHistory.start(world)
    await world.namespace(namespace)
    await world.apply(signingKey('signing', blue.privatePem), signingKey('other', green.privatePem))
    const operator = await world.startOperator({ kubeconfig: proxy.kubeconfigPath })
    return new Stage(world, proxy, history, operator)
  }

  async strike(): Promise<void> {
    await this.history.close()
    await this.world.close()
    await this.proxy.close()
  }

  async restart(...args: readonly string[]): Promise<void> {
    await this.operator.stop()
    this.operator = await this.world.startOperator({ kubeconfig: this.proxy.kubeconfigPath, args })
  }

  async secret(name: string, at = namespace): Promise<Secret> {
    const found = await this.world.secrets.get(`${at}/${name}`, forever)
    if (found === undefined) throw new Error(`there is no Secret ${name}`)
    return found
  }

  async patch(name: string, spec: object, at = namespace): Promise<SecureEmbed> {
    return await this.world.embeds.mergePatch(`${at}/${name}`, { spec }, forever)
  }

  /** Changes a Secret as somebody does who has no business there. */
  async tamper(name: string, patch: object): Promise<void> {
    this.history.excuse(await this.world.secrets.mergePatch(`${namespace}/${name}`, patch, forever))
  }

  /** Waits until the Secret holds another token than this one, and gives what it holds. */
  async anotherToken(name: string, than: string, at = namespace): Promise<Published> {
    return await eventually(
      async () => {
        const now = await published(this.world, name, at)
        return now.token !== '' && now.token !== than ? now : undefined
      },
      { what: `${name} has another token` },
    )
  }

  /** Has an embed looked at once more, and resolves when that is over. */
  async lookAgain(name: string, at = namespace): Promise<void> {
    const before = await reconciles(this.operator, 'embeds')
    const patch = { metadata: { annotations: { [annotations.resync]: `${before}` } } }
    await this.world.embeds.mergePatch(`${at}/${name}`, patch, forever)
    await this.looks(before + 1)
  }

  /** Waits until the operator has looked at embeds so often. */
  async looks(count: number): Promise<void> {
    await eventually(async () => (await reconciles(this.operator, 'embeds')) >= count, {
      what: `${count} looks`,
    })
  }

  /** What the operator wrote since `proxy.forget()`, but for its lease. */
  writes(): readonly string[] {
    return this.proxy.writes().filter(call => !call.includes('/leases'))
  }
}

/** To be called first in a file; the rest of it runs on the stage that is given. */
export function useStage(): () => Stage {
  let stage: Stage | undefined
  beforeAll(async () => {
    stage = await Stage.set()
  })
  afterAll(() => stage?.strike())
  return () => {
    if (stage === undefined) throw new Error('the stage is not set')
    return stage
  }
}

/** To be called last in a file. */
export function testInvariants(stage: () => Stage): void {
  test('no link was ever wrong, and nothing secret is seen anywhere', async () => {
    const { world, history } = stage()
    await history.caughtUp()
    expect(history.secretValues.length).toBeGreaterThan(0)
    await expectInvariants(world, { history, replicas: [] })
  })
}
