/** What is wrong with a PartnerKey's keys and with what it stands on. */
import { rm, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { dataOf } from '../../../../src/api/core-objects.ts'
import { keyImport } from '../../../../src/cli/keys/import.ts'
import { rsa } from '../../partner-key/keeper.ts'
import { recordedTerminal } from '../../../builders/recorded-terminal.ts'
import type { Corner } from '../corner/corner.ts'
import { allowAgain, allowNone } from '../corner/quota.ts'
import { makeSecret } from './acts.ts'
import { allWell, type Row } from '../row.ts'

const kind = 'PartnerKey'
const well = allWell[kind]
const forever = new AbortController().signal
const notReady = ['LenskeeperKeyNotReady']
const unusable = ['LenskeeperKeyUnusable']
const bad = { kind, somebody: true, kstatus: 'InProgress', alerts: [...unusable, ...notReady] } as const

/** A key of its own, which the operator makes. */
const own = { privateKeySecretRef: undefined }

const open = async (corner: Corner, spec: object = {}): Promise<void> => {
  await corner.connect()
  await corner.partnerKey(spec)
  await corner.world.apply(corner.tenant())
}

const backups = new WeakMap<Corner, string>()

export const keyRows: readonly Row[] = [
  {
    kind,
    reason: 'Ready',
    shares: true,
    bring: corner => corner.serve(),
    shows: well,
    somebody: false,
    kstatus: 'Current',
    alerts: [],
  },
  {
    kind,
    reason: 'HandoverReady',
    shares: true,
    bring: corner => open(corner, { dataLens: undefined }),
    shows: {
      Ready: 'True HandoverReady',
      Minting: 'False AwaitingDataLens',
      RolledOut: 'False AwaitingDataLens',
    },
    somebody: false,
    // The tenant has no token.
    explain: 1,
    kstatus: 'Current',
    alerts: [],
    says: /Send what is in ConfigMap "\S+-handover"/,
    server: async corner => {
      const handover = await corner.world.configMaps.get(corner.key('acme-handover'), forever)
      expect(handover?.data?.['public.pem']).toContain('BEGIN PUBLIC KEY')
    },
    remedy: corner => corner.edit(kind, { spec: { dataLens: corner.answered() } }),
  },
  {
    kind,
    reason: 'AwaitingDataLens',
    shares: true,
    type: 'Minting',
    bring: corner =>
      open(corner, {
        dataLens: { ...corner.answered(), accepts: [{ keyVersion: 2, fingerprint: nobodys }] },
      }),
    shows: { Ready: 'True Ready', Minting: 'False AwaitingDataLens', RolledOut: 'False AwaitingDataLens' },
    somebody: false,
    explain: 1,
    kstatus: 'Current',
    alerts: [],
    says: /accepts does not name/,
    remedy: async corner => {
      const { status } = (await corner.world.partnerKeys.get(corner.key('acme'), forever)) ?? {}
      const fingerprint = status?.keys?.find(({ side }) => side === 'Partner')?.fingerprint
      await corner.edit(kind, { spec: { dataLens: { accepts: [{ keyVersion: 1, fingerprint }] } } })
    },
  },
  {
    ...bad,
    reason: 'ConnectionNotFound',
    bring: async corner => {
      await corner.partnerKey()
      await corner.world.apply(corner.tenant())
    },
    shows: {
      Ready: 'False ConnectionNotFound',
      Minting: 'False ConnectionNotFound',
      RolledOut: 'True RolledOut',
      Reconciling: 'True ConnectionNotFound',
    },
    says: /no ClickHouseConnection "default".*Create it/,
    remedy: corner => corner.connect(),
  },
  {
    ...bad,
    reason: 'ConnectionNotReady',
    stands: true,
    type: 'Minting',
    bring: async corner => {
      await open(corner)
      await corner.until(kind, 'Minting True Minting')
      await corner.deleteSecret('clickhouse-operator')
    },
    shows: { ...well, Minting: 'False ConnectionNotReady' },
    explain: 0,
    kstatus: 'Current',
    alerts: unusable,
    toldBy: 'the connection',
    says: /"default" is not ready; its own conditions say why/,
    remedy: corner => corner.secret('clickhouse-operator', corner.admin),
  },
  {
    kind,
    reason: 'Suspended',
    stands: true,
    type: 'Minting',
    bring: async corner => {
      await corner.serve()
      await corner.edit('ClickHouseConnection', { spec: { suspend: true } })
    },
    shows: { ...well, Minting: 'False Suspended' },
    somebody: false,
    explain: 1,
    kstatus: 'Current',
    alerts: [],
    says: /"default" is suspended/,
    remedy: corner => corner.edit('ClickHouseConnection', { spec: { suspend: false } }),
  },
  {
    ...bad,
    reason: 'PrivateKeySecretMissing',
    shares: true,
    bring: corner => open(corner, { privateKeySecretRef: { name: corner.name('brought') } }),
    shows: stands('PrivateKeySecretMissing', 'Reconciling'),
    says: /"brought\S*"/,
    remedy: (corner, faces) => makeSecret(corner, faces, { 'private.pem': rsa().pkcs8 }),
  },
  {
    ...bad,
    reason: 'KeyInvalid',
    shares: true,
    bring: async corner => {
      await corner.open()
      await corner.secret('brought', { 'private.pem': rsa(1024).pkcs1 })
      await open(corner, { privateKeySecretRef: { name: corner.name('brought') } })
    },
    shows: stands('KeyInvalid', 'Stalled'),
    kstatus: 'Failed',
    says: /1024 bits/,
    remedy: corner => corner.secret('brought', { 'private.pem': rsa().pkcs1 }),
  },
  {
    ...bad,
    reason: 'KeyVersionReused',
    shares: true,
    bring: async corner => {
      await corner.serve()
      await corner.edit(kind, { spec: { dataLens: { publicKey: rsa().public } } })
    },
    // The former key is in use as before.
    shows: { ...well, Ready: 'False KeyVersionReused', Stalled: 'True KeyVersionReused' },
    kstatus: 'Failed',
    alerts: notReady,
    explain: 0,
    remedy: corner => corner.edit(kind, { spec: { dataLens: corner.answered() } }),
  },
  {
    ...bad,
    reason: 'KeyLost',
    shares: true,
    bring: async corner => {
      await corner.connect()
      await corner.partnerKey(own)
      await corner.world.apply(corner.tenant())
      await corner.world.tenantIs(corner.key('one'), 'True', 'Ready')
      const secret = await corner.world.secrets.get(corner.key('acme-partner-v1'), forever)
      backups.set(corner, (secret && dataOf(secret, 'private.pem')) ?? '')
      await corner.deleteSecret('acme-partner-v1')
    },
    shows: {
      Ready: 'False KeyLost',
      Minting: 'False KeyLost',
      RolledOut: 'True RolledOut',
      Stalled: 'True KeyLost',
    },
    kstatus: 'Failed',
    // Who was served stays so.
    explain: 0,
    says: /lenskeeper key import/,
    remedy: async corner => {
      const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-truth-'))
      const file = join(folder, 'private.pem')
      await writeFile(file, backups.get(corner) ?? '', { mode: 0o600 })
      const terminal = recordedTerminal()
      const kubeconfig = corner.world.environment.kubeconfigPath
      const args = [corner.name('acme'), '-n', corner.namespace, '--key-version', '1', '--file', file]
      await keyImport.run([...args, '--kubeconfig', kubeconfig], terminal)
      await rm(folder, { recursive: true })
    },
  },
  {
    ...bad,
    reason: 'LedgerDamaged',
    shares: true,
    bring: async corner => {
      await corner.serve()
      await ledger(corner, { notes: 'do not touch' })
    },
    shows: { ...well, Ready: 'False LedgerDamaged', Stalled: 'True LedgerDamaged' },
    kstatus: 'Failed',
    alerts: notReady,
    explain: 0,
    says: /"notes".*Restore it from a backup; or remove the entries/,
    remedy: corner => ledger(corner, { notes: null }),
  },
  {
    ...bad,
    reason: 'SecretConflict',
    shares: true,
    bring: async corner => {
      await corner.open()
      await corner.world.configMaps.create(
        { metadata: { name: corner.name('acme-keys'), namespace: corner.namespace }, data: { a: 'b' } },
        forever,
      )
      await open(corner)
    },
    shows: stands('SecretConflict', 'Stalled'),
    kstatus: 'Failed',
    says: /-keys".*Remove or rename it/,
    remedy: corner =>
      corner.world.configMaps.delete(corner.key('acme-keys'), {}, forever).then(() => undefined),
  },
  {
    ...bad,
    reason: 'WriteRefused',
    bring: async corner => {
      await corner.open()
      await allowNone(corner, 'configmaps')
      await open(corner)
    },
    shows: {
      Ready: 'False WriteRefused',
      Minting: 'False WriteRefused',
      RolledOut: 'False WriteRefused',
      Reconciling: 'True WriteRefused',
    },
    says: /API server refuses a Secret or ConfigMap.*quota/,
    remedy: allowAgain,
  },
]

const nobodys = `SHA256:${'A'.repeat(43)}`

/** No key, so nothing of it can be known to hold. */
function stands(reason: string, progress: 'Reconciling' | 'Stalled'): Row['shows'] {
  return {
    Ready: `False ${reason}`,
    Minting: `False ${reason}`,
    RolledOut: `False ${reason}`,
    [progress]: `True ${reason}`,
  }
}

async function ledger(corner: Corner, data: Readonly<Record<string, string | null>>): Promise<void> {
  await corner.world.configMaps.mergePatch(corner.key('acme-keys'), { data }, forever)
}
