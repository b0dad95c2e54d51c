import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keyExport } from '../../../src/cli/keys/export.ts'
import { keyImport, objectionTo } from '../../../src/cli/keys/import.ts'
import { keyRows, withdrawal } from '../../../src/cli/partner-key/key-table.ts'
import type { KeyStatus } from '../../../src/partner-key/keys/withdrawal.ts'
import { describeKeys, keyNames } from '../../../src/cli/keys/list.ts'
import { CommandError } from '../../../src/cli/frame/command-error.ts'
import { readPrivateFile, writePrivateFile } from '../../../src/cli/frame/private-file.ts'
import { UsageError } from '../../../src/config/flags.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import { emptyLedger, ledgerData, readLedger } from '../../../src/partner-key/keys/ledger.ts'
import { inspectPrivateKey } from '../../../src/token/keys.ts'
import { rotatingPartnerKey, keysInRotation } from '../../builders/partner-key-rotating.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'

let directory: string
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'lenskeeper-keys-'))))
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const privatePem = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString()

describe('whether DataLens may withdraw a key', () => {
  const key = (over: Partial<KeyStatus>): KeyStatus => ({
    side: 'Partner',
    version: 1,
    fingerprint: 'SHA256:x',
    state: 'Superseded',
    tokens: 0,
    ...over,
  })
  test.each([
    [key({}), 'Complete', true, 'yes'],
    [key({}), 'Rolling', false, 'not yet: a rollout is under way'],
    [key({}), undefined, false, 'not yet: a rollout is under way'],
    [key({}), 'unseen', false, 'not yet: the operator has not looked at the latest change'],
    [key({ tokens: 1 }), 'Complete', false, 'no: 1 Secret holds a token made with it'],
    [key({ tokens: 2 }), 'Complete', false, 'no: 2 Secrets hold tokens made with it'],
    [key({ state: 'Active' }), 'Complete', false, 'no: tokens are minted with it'],
    [key({ state: 'Staged' }), 'Paused', false, 'no: tokens are to be minted with it'],
    [key({ state: 'Lost' }), 'Complete', false, 'no: tokens are to be minted with it, and it is lost'],
  ] as const)('%j, %s', (one, phase, allowed, words) => {
    expect(withdrawal(one, phase)).toEqual({ allowed, words })
  })

  test('names are sides and versions; wide has the Secrets of our keys', () => {
    expect(keyNames(keysInRotation)).toBe('datalens/1\npartner/1\npartner/2\n')
    const wide = describeKeys(rotatingPartnerKey({ status: { keys: keysInRotation } }), true)
    expect(wide).toMatch(/^SIDE .* SECRET$/m)
    expect(wide).toMatch(/^Partner +2 .* acme-partner-v2$/m)
    expect(wide).toMatch(/^DataLens +1 .*(?<!acme-partner-v1)$/m)
  })

  test('is told with what it does', () => {
    const [dataLens, one, two] = keysInRotation
    const keys = [dataLens!, { ...one!, state: 'Superseded' as const, tokens: 0 }, two!]
    const done = describeKeys(rotatingPartnerKey({ status: { keys }, rollout: { phase: 'Complete' } }))
    expect(done).toContain('tokens shown earlier and not yet pasted stop working')
    expect(describeKeys(rotatingPartnerKey())).not.toContain('stop working')
    const older = { keys, observedGeneration: 3 }
    const edited = describeKeys(rotatingPartnerKey({ status: older, rollout: { phase: 'Complete' } }))
    expect(edited).not.toContain('yes')
    expect(edited).toContain('has not looked at the latest change')
    const setBack = rotatingPartnerKey({
      spec: { keyVersion: 1 },
      status: { keys },
      rollout: { phase: 'Complete' },
    })
    expect(describeKeys(setBack)).not.toContain('yes')
    expect(keyRows(keys, 'Complete').map(row => row.at(-1))).toEqual([
      'no: tokens are minted with it',
      'yes',
      'no: tokens are minted with it',
    ])
  })
})

describe('a key that is lost', () => {
  const lost = (side: 'DataLens' | 'Partner') =>
    rotatingPartnerKey({
      status: {
        keys: keysInRotation.map(key =>
          key.side === side && key.version === 1 ? { ...key, state: 'Lost' as const } : key,
        ),
      },
    })

  test('is shown as that, with the command that brings it back', () => {
    const text = describeKeys(lost('Partner'))
    expect(text).toMatch(/^Partner +1 +Lost .* no: tokens are to be minted with it, and it is lost$/m)
    expect(text).toContain('lenskeeper key import acme -n datalens --key-version 1 --file FILE')
    expect(describeKeys(lost('DataLens'))).toContain('ConfigMap acme-keys')
    expect(describeKeys(rotatingPartnerKey())).not.toContain('lost')
  })
})

describe('a file for a secret', () => {
  const secret = new Redacted('the secret')

  test('is its owner’s alone, whatever the umask', () => {
    const before = process.umask(0)
    try {
      writePrivateFile(join(directory, 'key.pem'), secret)
    } finally {
      process.umask(before)
    }
    expect(statSync(join(directory, 'key.pem')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(directory, 'key.pem'), 'utf8')).toBe('the secret')
  })

  test('takes no other file’s place, and follows no link', () => {
    const taken = join(directory, 'taken')
    writeFileSync(taken, 'older')
    expect(() => writePrivateFile(taken, secret)).toThrow(CommandError)
    expect(readFileSync(taken, 'utf8')).toBe('older')
    const link = join(directory, 'link')
    symlinkSync(join(directory, 'elsewhere'), link)
    expect(() => writePrivateFile(link, secret)).toThrow('is there already')
  })

  test('is never standard output', () => {
    expect(() => writePrivateFile('-', secret)).toThrow(UsageError)
    expect(() => writePrivateFile('/dev/stdout', secret)).toThrow(CommandError)
  })

  test('is read, and told when others may read it', () => {
    const path = join(directory, 'key.pem')
    writeFileSync(path, 'x', { mode: 0o600 })
    expect(readPrivateFile(path).exposed).toBe(false)
    chmodSync(path, 0o640)
    expect(readPrivateFile(path).exposed).toBe(true)
    expect(() => readPrivateFile(join(directory, 'none'))).toThrow('ENOENT')
  })
})

describe('what speaks against a key that is brought back', () => {
  const mine = inspectPrivateKey(privatePem())
  const other = inspectPrivateKey(privatePem())
  const ledgerOf = (version: number, key: typeof mine) =>
    readLedger(ledgerData([{ side: 'Partner', version, ...key }]))
  const brought = { version: 1, key: mine }
  const told = (fingerprint: string, version = 1) =>
    rotatingPartnerKey({
      status: { keys: [{ side: 'Partner', version, fingerprint, state: 'Active', tokens: 1 }] },
    })

  test('nothing, when the ledger says so or nobody knows the version', () => {
    expect(objectionTo(brought, ledgerOf(1, mine), undefined)).toBeUndefined()
    expect(objectionTo(brought, emptyLedger, undefined)).toBeUndefined()
    expect(objectionTo(brought, ledgerOf(2, other), undefined)).toBeUndefined()
    expect(objectionTo(brought, ledgerOf(1, mine), told(other.fingerprint))).toBeUndefined()
  })

  test('another fingerprint: of the ledger, of the status, of accepts', () => {
    expect(objectionTo(brought, ledgerOf(1, other), undefined)).toContain(other.fingerprint)
    expect(objectionTo(brought, emptyLedger, told(other.fingerprint))).toContain(
      'the status of the PartnerKey',
    )
    const accepts = [{ keyVersion: 1, fingerprint: other.fingerprint }]
    const pinned = rotatingPartnerKey({
      spec: { dataLens: { keyVersion: 1, publicKey: 'PEM', accepts } },
      status: { keys: [] },
    })
    expect(objectionTo(brought, emptyLedger, pinned)).toContain('spec.dataLens.accepts')
  })

  test('the same key under another version, and a ledger that cannot be trusted', () => {
    expect(objectionTo(brought, ledgerOf(2, mine), undefined)).toContain('this key is version 2, not 1')
    expect(objectionTo(brought, emptyLedger, told(mine.fingerprint, 3))).toContain('version 3, not 1')
    expect(objectionTo(brought, readLedger({ 'partner.v1': 'nonsense' }), undefined)).toContain('damaged')
  })
})

describe('wrong use', () => {
  const run = (command: typeof keyExport, ...args: string[]) => command.run(args, recordedTerminal())

  test.each([
    [[], /which PartnerKey/],
    [['acme', 'other'], /only one/],
    [['acme', '--out', 'x'], /--key-version N and/],
    [['acme', '--key-version', '0', '--out', 'x'], /takes a key version/],
    [['acme', '--key-version', '2147483648', '--out', 'x'], /takes a key version/],
  ])('export %j', async (args, message) => {
    await expect(run(keyExport, ...args)).rejects.toThrow(message)
  })

  test('a file that holds no such key is refused before anything is asked, and not quoted', async () => {
    const path = join(directory, 'key.pem')
    writeFileSync(path, 'hunter2', { mode: 0o600 })
    const refused = run(keyImport, 'acme', '--key-version', '1', '--file', path)
    await expect(refused).rejects.toThrow(path)
    await expect(refused).rejects.not.toThrow(/hunter2/)
  })
})
