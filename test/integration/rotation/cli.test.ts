/** A rotation from the command line alone, on real parts and with the operator beside it; one test follows the other. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { findCondition } from '../../../src/api/conditions.ts'
import { dataOf } from '../../../src/api/core-objects.ts'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import { particularsExample } from '../../../src/cli/handover/particulars.ts'
import { handover } from '../../../src/cli/handover/handover.ts'
import { keyCommands } from '../../../src/cli/keys/commands.ts'
import { dispatch } from '../../../src/cli/frame/dispatch.ts'
import type { Entry } from '../../../src/cli/frame/entry.ts'
import { rolloutCommands } from '../../../src/cli/rollout/commands.ts'
import { kubeconfig as kubeconfigText } from '../../../src/dev/control-plane/files.ts'
import { eventually } from '../../time/eventually.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'
import { startWorld, type World } from '../../cluster/world.ts'

const forever = new AbortController().signal
const commands: readonly Entry[] = [
  { name: 'rollout', summary: '', commands: rolloutCommands },
  { name: 'key', summary: '', commands: keyCommands },
  ...[handover].map(command => ({
    name: command.name,
    summary: '',
    load: () => Promise.resolve(command),
  })),
]
const tenantNames = Array.from({ length: 8 }, (_, at) => `t${at}`)
const quick = { batch: { percent: 100, interval: '0s' } }

let world: World
let directory: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'lenskeeper-rotation-cli-'))
  world = await startWorld()
  await world.startOperator()
  await world.connect({ handover: { hosts: ['ch.acme.example'], port: 8443 } })
  await world.apply(world.partnerKey('acme', { rollout: quick }))
  await world.namespace('tenants')
  await world.apply(
    ...tenantNames.map((name, at) => ({
      ...world.tenant(name, { database: `client_${name}` }),
      metadata: { name, namespace: 'tenants', labels: { tier: at < 2 ? 'internal' : 'customer' } },
    })),
  )
  for (const name of tenantNames) await world.tenantIs(`tenants/${name}`, 'True', 'Ready')
  // Counts are written every few seconds.
  await eventually(async () => (await acme()).status?.rollout?.updated === tenantNames.length)
})
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true })
  await world.close()
})

interface Ran {
  readonly code: number
  readonly output: string
  readonly complaints: string
}

async function run(
  line: string,
  kubeconfig = world.environment.kubeconfigPath,
  terminal = recordedTerminal(),
): Promise<Ran> {
  const args = [...line.split(' '), '-n', 'datalens', '--kubeconfig', kubeconfig]
  const code = await dispatch(args, commands, terminal)
  const { output, complaints } = terminal
  for (const text of [output, complaints]) {
    expect(text).not.toContain('PRIVATE KEY')
    expect(text).not.toMatch(/[0-9]+:[0-9]+:[A-Za-z0-9+/]{40}/)
  }
  return { code, output, complaints }
}

async function acme(): Promise<PartnerKey> {
  const found = await world.partnerKeys.get('datalens/acme', forever)
  if (found === undefined) throw new Error('there is no PartnerKey')
  return found
}

async function patch(spec: object): Promise<void> {
  await world.partnerKeys.mergePatch('datalens/acme', { spec }, forever)
}

/** How many Secrets hold a token of each pair. */
async function pairs(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of tenantNames) {
    const secret = await world.secrets.get(`tenants/${name}-datalens`, forever)
    const pair = (secret === undefined ? '' : (dataOf(secret, 'token') ?? ''))
      .split(':')
      .slice(0, 2)
      .join(':')
    counts[pair] = (counts[pair] ?? 0) + 1
  }
  return counts
}

/** Waits until the status of the latest spec is at this phase. */
async function phaseIs(phase: string): Promise<void> {
  await eventually(
    async () => {
      const { metadata, status } = await acme()
      if (status?.observedGeneration === metadata.generation && status?.rollout?.phase === phase) return true
      throw new Error(`it is ${status?.rollout?.phase}: ${status?.rollout?.message}`)
    },
    { what: `phase ${phase}`, deadlineMs: 60_000 },
  )
}

describe('before', () => {
  test('plan tells what would move, and somebody who may only look can ask', async () => {
    const plane = world.environment.controlPlane
    await world.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'looker', namespace: 'datalens' } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'looker' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'lenskeeper-viewer' },
        subjects: [{ kind: 'ServiceAccount', name: 'looker', namespace: 'datalens' }],
      },
    )
    const token = await plane.serviceAccountToken({
      namespace: 'datalens',
      name: 'looker',
      expirationSeconds: 3600,
    })
    const looker = join(directory, 'looker.kubeconfig')
    const { url, caPem } = plane
    writeFileSync(looker, kubeconfigText({ url, caPem, token, namespace: 'datalens' }), { mode: 0o600 })

    const generation = (await acme()).metadata.generation
    const plan = await run('rollout plan acme --key-version 2', looker)
    expect(plan.complaints).toBe('')
    expect(plan.output).toContain(
      'PartnerKey datalens/acme: 1:1 → 1:2\n8 Secrets would change, each once, in 1 batch.',
    )
    expect(plan.output).toContain('it begins as soon as the change is there')
    expect(plan.code).toBe(0)
    expect((await run('rollout status acme', looker)).output).toContain('Tenants   8/8 (100 %)')
    expect((await run('key list acme', looker)).code).toBe(0)

    const refused = await run('rollout pause acme --apply', looker)
    expect(refused).toMatchObject({ code: 1, output: '' })
    expect(refused.complaints).toMatch(/^lenskeeper rollout pause: .*cannot patch.*\n$/)
    expect((await run('key export acme --key-version 1 --out none', looker)).complaints).toContain(
      'cannot get',
    )
    expect((await acme()).metadata.generation).toBe(generation)
  })

  test('there is nothing to undo or to promote, and no such PartnerKey', async () => {
    expect(await run('rollout undo acme --apply')).toMatchObject({ code: 1, output: '' })
    expect((await run('rollout promote acme --apply')).complaints).toContain('not Manual')
    expect((await run('rollout status other')).complaints).toBe(
      'lenskeeper rollout status: there is no PartnerKey "other" in namespace "datalens"; -n names another\n',
    )
  })
})

describe('a rotation', () => {
  test('paused by the object that was printed for Git: the key is made, and nothing moves', async () => {
    const printed = await run('rollout pause acme')
    expect(printed.code).toBe(0)
    expect(printed.complaints).toContain('Nothing was changed.')
    const object = parse(printed.output) as { spec: object }
    const { spec } = await acme()
    expect(object).toMatchObject({
      kind: 'PartnerKey',
      spec: { ...spec, rollout: { ...spec.rollout, paused: true } },
    })
    await world.partnerKeys.mergePatch('datalens/acme', { spec: { ...object.spec, keyVersion: 2 } }, forever)
    await phaseIs('Paused')
    expect(await pairs()).toEqual({ '1:1': 8 })

    const waiting = await run('rollout status acme --wait --timeout 1s')
    expect(waiting.code).toBe(3)
    expect(waiting.complaints).toContain('Paused by spec.rollout.paused')
    expect(waiting.output).toContain('waits for you')
    expect((await run('rollout status acme')).code).toBe(0)
  })

  test('that is no longer waited for has not ended: exit code 1', async () => {
    const stop = new AbortController()
    const terminal = recordedTerminal({ signal: stop.signal })
    const { kubeconfigPath } = world.environment
    const line = ['rollout', 'status', 'acme', '--wait', '-n', 'datalens', '--kubeconfig', kubeconfigPath]
    const waiting = dispatch(line, commands, terminal)
    await eventually(() => terminal.complaints.includes('Paused'))
    stop.abort(new DOMException('received SIGINT', 'AbortError'))
    expect(await waiting).toBe(1)
    expect(terminal.complaints).toContain('No longer waiting; the rollout goes on.')
    expect(terminal.output).toBe('')
  })

  test('the hand-over shows the new key', async () => {
    writeFileSync(join(directory, 'connector.yaml'), particularsExample)
    writeFileSync(join(directory, 'acme.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
    const out = join(directory, 'out')
    const passwordFile = join(directory, 'password.txt')
    const answer = await run(
      `handover acme --out ${out} --particulars ${join(directory, 'connector.yaml')} --include-password ${passwordFile}`,
    )
    expect(answer.code).toBe(0)
    const secret = await world.secrets.get('datalens/acme-partner-v2', forever)
    const publicPem = secret === undefined ? '' : (dataOf(secret, 'public.pem') ?? '')
    expect(publicPem).toContain('BEGIN PUBLIC KEY')
    expect(answer.output).toContain(publicPem.trim())
    expect(answer.output).toContain('- Hosts: `ch.acme.example`\n- Port: 8443')
    expect(answer.output).toContain('- Название: Акме Склад')
    expect(readdirSync(out).toSorted()).toEqual(['accepts.yaml', 'handover.md', 'icon.svg', 'public-v2.pem'])
    expect(answer.complaints).toContain(`${join(out, 'accepts.yaml')} is for your Git, and not to be sent.`)
    expect(readFileSync(join(out, 'handover.md'), 'utf8')).toBe(answer.output)
    expect(readFileSync(join(out, 'public-v2.pem'), 'utf8')).toBe(publicPem)

    const reader = await world.secrets.get('datalens/default-reader', forever)
    const password = reader === undefined ? '' : (dataOf(reader, 'password') ?? '')
    expect(password.length).toBeGreaterThan(10)
    expect(readFileSync(passwordFile, 'utf8')).toBe(password)
    expect(statSync(passwordFile).mode & 0o777).toBe(0o600)
    const elsewhere = [
      answer.output,
      answer.complaints,
      ...readdirSync(out).map(name => readFileSync(join(out, name), 'utf8')),
    ]
    for (const text of elsewhere) expect(text).not.toContain(password)

    const again = await run(`handover acme --include-password ${passwordFile}`)
    expect(again).toMatchObject({ code: 1, output: '' })
    expect(again.complaints).toContain('is there already')

    // The API server takes the file that is to be committed, which confirms the new key and that of now.
    const { spec } = parse(readFileSync(join(out, 'accepts.yaml'), 'utf8')) as {
      spec: { dataLens: { accepts: { keyVersion: number }[] } }
    }
    expect(spec.dataLens.accepts.map(({ keyVersion }) => keyVersion)).toEqual([1, 2])
    await patch(spec)
    expect((await run('handover acme')).complaints).toContain('DataLens has confirmed it')
  })

  test('is resumed, and waited for to its end', async () => {
    const resumed = await run('rollout resume acme --apply')
    expect(resumed.output).toBe('PartnerKey datalens/acme: resumed\n')
    expect(resumed.complaints).toContain('its next sync may take it back')
    const managed = await world.kubectl([
      'get',
      'pkey',
      'acme',
      '-n',
      'datalens',
      '-o',
      'json',
      '--show-managed-fields',
    ])
    const { metadata } = JSON.parse(managed) as { metadata: { managedFields: { manager: string }[] } }
    expect(metadata.managedFields.map(({ manager }) => manager)).toContain('lenskeeper-cli')
    const done = await run('rollout status acme --wait --timeout 2m')
    expect(done.code).toBe(0)
    expect(done.complaints).toMatch(/Complete 8\/8 \(100 %\)\n$/)
    expect(done.output).toMatch(/^PartnerKey datalens\/acme {3}1:2 {3}complete\n/)
    expect(await pairs()).toEqual({ '1:2': 8 })
  })

  test('leaves a key that may be withdrawn', async () => {
    const table = await eventually(async () => {
      const { code, output } = await run('key list acme')
      expect(code).toBe(0)
      return /Partner +1 +Superseded +0 .* yes\n/.test(output) && output
    })
    expect(table).toMatch(/Partner +2 +Active +8 .* no: tokens are minted with it\n/)
    expect(table).toMatch(/DataLens +1 +Active +8 /)
    expect(table).toContain('tokens shown earlier and not yet pasted stop working')
    const { output } = await run('key list acme -o json')
    const known = (JSON.parse(output) as { keys: { mayBeWithdrawn: boolean }[] }).keys
    expect(known.map(({ mayBeWithdrawn }) => mayBeWithdrawn)).toEqual([false, true, false])
  })

  test('warns of the way back to that key before the first tenant moves', async () => {
    const warning = 'DataLens was free to withdraw partner key 1: if it has, it refuses tokens of 1:1.'
    expect((await run('rollout undo acme --to 1:1')).complaints).toContain(warning)
    expect((await run('rollout plan acme --key-version 1')).output).toContain(warning)
    const person = recordedTerminal({ interactive: true, ask: () => Promise.resolve('no') })
    const { kubeconfigPath } = world.environment
    const declined = await run('rollout undo acme --to 1:1 --apply', kubeconfigPath, person)
    expect(declined).toMatchObject({ code: 1, output: '' })
    expect(declined.complaints).toContain(warning)
    expect((await acme()).spec.keyVersion).toBe(2)
    await patch({ rollout: { paused: true } })
    const back = await run('rollout undo acme --to 1:1 --apply')
    expect(back.code).toBe(0)
    expect(back.complaints.indexOf(warning)).toBe(0)
    await phaseIs('Paused')
    expect(findCondition((await acme()).status?.conditions, 'RolledOut')?.message).toContain(warning)
    expect(await pairs()).toEqual({ '1:2': 8 })
    await patch({ keyVersion: 2, rollout: { paused: false } })
    await phaseIs('Complete')
    expect(await pairs()).toEqual({ '1:2': 8 })
  })
})

describe('of both sides, with a canary', () => {
  test('waits for a promotion, with the canary counted', async () => {
    const canary = {
      selector: { matchLabels: { tier: 'internal' } },
      soak: '1s',
      promotion: 'Manual',
    }
    const { publicPem } = world.dataLens(2)
    const plan = await run('rollout plan acme --datalens-key-version 2 -o json')
    expect(JSON.parse(plan.output)).toMatchObject({ from: '1:2', to: '2:2', secrets: 8, completes: true })
    await patch({ rollout: { canary }, dataLens: { keyVersion: 2, publicKey: publicPem } })
    await phaseIs('AwaitingPromotion')
    expect(await pairs()).toEqual({ '1:2': 6, '2:2': 2 })
    const { output } = await run('rollout status acme')
    expect(output).toContain('Canary    2/2\n')
    const left = await run('rollout plan acme')
    expect(left.output).toContain('6 Secrets would change')
    expect(left.output).toContain('spec.rollout.promoted: "2:2"')
  })

  test('is undone at once, DataLens’s key and all', async () => {
    const undone = await run('rollout undo acme --apply')
    expect(undone.output).toBe('PartnerKey datalens/acme: set back to 1:2\n')
    const done = await run('rollout status acme --wait --timeout 2m')
    expect(done.code).toBe(0)
    expect(await pairs()).toEqual({ '1:2': 8 })
    expect((await acme()).spec.dataLens?.publicKey.trim()).toBe(world.dataLens(1).publicPem.trim())
    for (const name of tenantNames)
      expect(await world.judge('tenants', `${name}-datalens`)).toMatchObject({ ok: true })
  })

  test('is begun again and promoted', async () => {
    await patch({ dataLens: { keyVersion: 2, publicKey: world.dataLens(2).publicPem } })
    await phaseIs('AwaitingPromotion')
    expect((await run('rollout promote acme --apply')).output).toBe(
      'PartnerKey datalens/acme: promoted 2:2\n',
    )
    expect((await run('rollout status acme --wait --timeout 2m')).code).toBe(0)
    expect(await pairs()).toEqual({ '2:2': 8 })
  })

  test('stops when the canary was refused: status says who and why, with exit code 1', async () => {
    await patch({ keyVersion: 3, dataLens: { accepts: null } })
    await phaseIs('AwaitingPromotion')
    await world.kubectl(['annotate', 'ctenant', 't0', '-n', 'tenants', 'lenskeeper.dev/rejected=2:3'])
    const stopped = await run('rollout status acme --wait --timeout 2m')
    expect(stopped.code).toBe(1)
    expect(stopped.output).toContain('stopped by failures')
    expect(stopped.output).toContain('Failed    1\n  DataLens refused its token: tenants/t0\n')
    expect(await pairs()).toEqual({ '2:2': 6, '2:3': 2 })
    await run('rollout undo acme --apply')
    expect((await run('rollout status acme --wait --timeout 2m')).code).toBe(0)
    expect(await pairs()).toEqual({ '2:2': 8 })
  })
})

describe('the vault', () => {
  const file = (name: string): string => join(directory, name)

  test('gets a key: for its owner alone, checked, and never over another file', async () => {
    const exported = await run(`key export acme --key-version 2 --out ${file('v2.pem')}`)
    expect(exported.code).toBe(0)
    const secret = await world.secrets.get('datalens/acme-partner-v2', forever)
    expect(readFileSync(file('v2.pem'), 'utf8')).toBe(secret && dataOf(secret, 'private.pem'))
    expect(statSync(file('v2.pem')).mode & 0o777).toBe(0o600)
    const again = await run(`key export acme --key-version 2 --out ${file('v2.pem')}`)
    expect(again).toMatchObject({ code: 1, output: '' })
    expect((await run(`key export acme --key-version 9 --out ${file('v9.pem')}`)).complaints).toContain(
      'there is no Secret datalens/acme-partner-v9',
    )
    await run(`key export acme --key-version 1 --out ${file('v1.pem')}`)
  })

  test('gives it back when its Secret is lost, and the operator goes on', async () => {
    const before = await world.secrets.get('datalens/acme-partner-v2', forever)
    await world.secrets.delete('datalens/acme-partner-v2', {}, forever)
    await keyIs('KeyLost')
    const held = await run('rollout status acme --wait --timeout 1m')
    expect(held.code).toBe(1)
    expect(held.output).toContain('KeyLost: The private key of version 2')
    const keys = await run('key list acme')
    expect(keys.code).toBe(1)
    expect(keys.output).toMatch(/^Partner +2 +Lost +8 /m)
    const command = /lenskeeper (key import acme -n datalens --key-version 2 --file FILE)/
    expect(held.output).toMatch(command)
    expect(keys.output).toMatch(command)

    const wrong = await run(`key import acme --key-version 2 --file ${file('v1.pem')}`)
    expect(wrong.code).toBe(1)
    expect(wrong.complaints).toMatch(/by the ledger version 2 is SHA256:/)
    expect(await world.secrets.get('datalens/acme-partner-v2', forever)).toBeUndefined()

    // As the condition says it, but for the file; `run` adds the namespace itself.
    const [, remedy = ''] = command.exec(keys.output) ?? []
    const imported = await run(remedy.replace(' -n datalens', '').replace('FILE', file('v2.pem')))
    expect(imported).toMatchObject({ code: 0, complaints: '' })
    expect(imported.output).toMatch(
      /^Secret datalens\/acme-partner-v2: made, private key of version 2, SHA256:/,
    )
    const after = await world.secrets.get('datalens/acme-partner-v2', forever)
    expect(after).toMatchObject({ type: before?.type, immutable: true, data: before?.data })
    expect(after?.metadata.labels).toEqual(before?.metadata.labels)
    expect(after?.metadata.ownerReferences).toBeUndefined()
    await keyIs('Ready')
    expect(await pairs()).toEqual({ '2:2': 8 })

    const again = await run(`key import acme --key-version 2 --file ${file('v2.pem')}`)
    expect(again.output).toContain('holds that key already')
  })

  test('gives nothing under the wrong version', async () => {
    const twin = await run(`key import acme --key-version 7 --file ${file('v1.pem')}`)
    expect(twin.code).toBe(1)
    expect(twin.complaints).toContain('by the ledger this key is version 1, not 7')
    expect(await world.secrets.get('datalens/acme-partner-v7', forever)).toBeUndefined()
  })
})

async function keyIs(reason: string): Promise<void> {
  await eventually(
    async () => {
      const ready = findCondition((await acme()).status?.conditions, 'Ready')
      if (ready?.reason === reason) return true
      throw new Error(`Ready is ${ready?.status} ${ready?.reason}`)
    },
    // The operator looks for a restored Secret by itself; its labels bring it back at once.
    { what: `the PartnerKey is ${reason}`, deadlineMs: 90_000 },
  )
}
