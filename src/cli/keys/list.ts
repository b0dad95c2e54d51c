import { partnerKeySecretName } from '../../api/names.ts'
import { keyOf } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { parseFlags, type Flags } from '../../config/flags.ts'
import { clusterFlags, namespaceFlag, withCluster } from '../cluster/cluster.ts'
import { exitCode, type Command } from '../frame/command.ts'
import {
  courseOf,
  keyHead,
  keyRows,
  lostNotes,
  withdrawal,
  withdrawalNote,
} from '../partner-key/key-table.ts'
import type { KeyStatus } from '../../partner-key/keys/withdrawal.ts'
import { partnerKeyArgument, readPartnerKey } from '../partner-key/read.ts'
import { viewRollout } from '../partner-key/view.ts'
import { isData, listFlags, writeData } from '../frame/output.ts'
import { renderTable } from '../frame/table.ts'

const flags = { ...namespaceFlag, ...listFlags, ...clusterFlags } as const satisfies Flags

const notes = `Shows every key of both sides that the ledger knows: its state, in how many Secrets there is a token made with it,
and whether DataLens may withdraw it. Tokens that customers have copied or pasted are not counted: nobody knows them.

Staged: known, no token is minted with it yet. Active: tokens are minted with it. Superseded: no new ones are.
Lost: tokens are to be minted with it, and cannot be.

Exit codes: 0 shown; 1 there is no such PartnerKey, it has no keys yet, or one is lost; 2 wrong flags.
Examples:
  lenskeeper key list acme -n datalens
  lenskeeper key list acme -n datalens -o json`

export const keyList: Command = {
  name: 'list',
  summary: 'Shows the keys of both sides, their tokens, and which DataLens may withdraw.',
  usage: 'key list KEY [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    const name = partnerKeyArgument(positionals)
    const partnerKey = await withCluster(values, terminal, cluster =>
      readPartnerKey(cluster, name, terminal.signal),
    )
    const known = partnerKey.status?.keys ?? []
    if (isData(values.output)) writeData(terminal, values.output, toJson(partnerKey))
    else if (values.output === 'name') terminal.write(keyNames(known))
    else if (known.length > 0) terminal.write(describeKeys(partnerKey, values.output === 'wide'))
    if (known.some(({ state }) => state === 'Lost')) return exitCode.failed
    if (known.length > 0) return exitCode.done
    terminal.complain(
      `lenskeeper key list: PartnerKey ${keyOf(partnerKey)} has no keys yet; does the operator run?\n`,
    )
    return exitCode.failed
  },
}

/** As flags and other pages name them: a side, and its version. */
export function keyNames(keys: readonly KeyStatus[]): string {
  return keys.map(({ side, version }) => `${side.toLowerCase()}/${version}\n`).join('')
}

/** @param isWide with the Secret that each key of ours is in */
export function describeKeys(partnerKey: PartnerKey, isWide = false): string {
  const known = partnerKey.status?.keys ?? []
  const view = viewRollout(partnerKey)
  const course = courseOf(view)
  const rows = keyRows(known, course)
  const table = isWide
    ? renderTable(
        [...keyHead, 'SECRET'],
        rows.map((row, at) => [...row, secretOf(partnerKey, known[at])]),
      )
    : renderTable(keyHead, rows)
  const notes = [
    ...lostNotes(view.key, known),
    ...(known.some(key => withdrawal(key, course).allowed) ? [withdrawalNote] : []),
    ...(course === 'unseen' ? [view.message] : []),
  ]
  return notes.length === 0 ? table : `${table}\n${notes.join('\n')}\n`
}

/** DataLens keeps its private keys itself. */
function secretOf({ metadata }: PartnerKey, key: KeyStatus | undefined): string {
  return key?.side === 'Partner' ? partnerKeySecretName(metadata.name, key.version) : ''
}

function toJson(partnerKey: PartnerKey) {
  const course = courseOf(viewRollout(partnerKey))
  return {
    key: keyOf(partnerKey),
    keys: (partnerKey.status?.keys ?? []).map(key => {
      const { allowed, words } = withdrawal(key, course)
      return { ...key, mayBeWithdrawn: allowed, why: words }
    }),
  }
}
