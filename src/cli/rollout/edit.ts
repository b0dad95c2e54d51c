/** The commands that change a rollout: each prints its change for Git, or makes it in the cluster. */
import { keyOf } from '../../api/object.ts'
import { pair } from '../../config/flag-values.ts'
import { parseFlags, type Flags } from '../../config/flags.ts'
import { clusterFlags, namespaceFlag, readable, withCluster } from '../cluster/cluster.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { changedFields, changedManifest } from '../partner-key/manifest.ts'
import { partnerKeyArgument, readLedgerOf } from '../partner-key/read.ts'
import { decideAndApply, type Ask } from './apply.ts'
import { pauseChange, promoteChange, resumeChange, rollbackChange, type SpecChange } from './change.ts'

const flags = {
  ...namespaceFlag,
  apply: { type: 'boolean', description: 'make the change in the cluster, with your rights' },
  ...clusterFlags,
} as const satisfies Flags

const undoFlags = {
  ...namespaceFlag,
  to: {
    type: 'string',
    placeholder: 'PAIR',
    description:
      'where to go instead: DataLens’s version and the partner’s, such as 1:1; default: status.current',
    parse: pair,
  },
  apply: flags.apply,
  yes: { type: 'boolean', short: 'y', description: 'with --apply: do not ask' },
  ...clusterFlags,
} as const satisfies Flags

interface Words {
  readonly name: 'pause' | 'resume' | 'promote' | 'undo'
  readonly summary: string
  readonly about: string
}

function notesOf({ name, about }: Words): string {
  return `${about}

Prints the whole PartnerKey with the change, for Git or for kubectl apply, and which fields it changes on stderr. With
--apply it is made in the cluster at once; if the object comes from Git, make the same change there: otherwise its next
sync may take it back.

Exit codes: 0 printed, or done; 1 there is nothing to change, or you may not; 2 wrong flags.
Examples:
  lenskeeper rollout ${name} acme -n datalens
  lenskeeper rollout ${name} acme -n datalens --apply`
}

function editCommand(words: Words, ask: Ask): Command {
  const { name, summary } = words
  return {
    name,
    summary,
    usage: `rollout ${name} KEY [flags]`,
    flags,
    notes: notesOf(words),
    async run(args, terminal) {
      const { values, positionals } = parseFlags(flags, args, terminal.environment)
      return await edit(partnerKeyArgument(positionals), { ...values, ask, name }, terminal)
    },
  }
}

export const rolloutPause = editCommand(
  {
    name: 'pause',
    summary: 'Holds a rollout: no further tenant moves.',
    about: `A new key is still made and shown for the hand-over. Tenants that have moved stay as they are; what is being written
is finished.`,
  },
  partnerKey => Promise.resolve(pauseChange(partnerKey)),
)

export const rolloutResume = editCommand(
  {
    name: 'resume',
    summary: 'Lets a paused rollout go on from where it is.',
    about: 'No tenant changes twice.',
  },
  partnerKey => Promise.resolve(resumeChange(partnerKey)),
)

export const rolloutPromote = editCommand(
  {
    name: 'promote',
    summary: 'Lets the others follow the canary, where promotion is Manual.',
    about: 'Names the pair that may go past the canary, so a later rollout waits again.',
  },
  partnerKey => Promise.resolve(promoteChange(partnerKey)),
)

const undoWords: Words = {
  name: 'undo',
  summary: 'Sets the key versions back to what tokens had before.',
  about: `Everybody goes back at once, without canary, batches or regard to a pause. DataLens’s public key comes from the
ledger. After a rollout is complete there is nothing to go back to by itself: name the pair with --to, and it rolls out
like a new one. If DataLens was free to withdraw a key of that pair, it warns first; with --apply on a terminal it asks,
too.`,
}

export const rolloutUndo: Command = {
  name: 'undo',
  summary: undoWords.summary,
  usage: 'rollout undo KEY [--to PAIR] [flags]',
  flags: undoFlags,
  notes: notesOf(undoWords),
  async run(args, terminal) {
    const { values, positionals } = parseFlags(undoFlags, args, terminal.environment)
    const { to } = values
    const ask: Ask = async (partnerKey, cluster, signal) => {
      const found = await readable(readLedgerOf(cluster, keyOf(partnerKey), signal))
      const ledger = found === undefined || found === 'forbidden' ? undefined : found
      return rollbackChange(partnerKey, ledger?.object === undefined ? undefined : ledger.ledger, to)
    }
    return await edit(partnerKeyArgument(positionals), { ...values, ask, name: 'undo' }, terminal)
  },
}

interface Edit {
  readonly ask: Ask
  readonly name: string
  readonly apply: boolean
  readonly yes?: boolean
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  readonly namespace: string | undefined
}

async function edit(keyName: string, options: Edit, terminal: Terminal): Promise<number> {
  return await withCluster(options, terminal, async cluster => {
    const confirm = confirmer(options.yes === true, terminal)
    const changed = await decideAndApply(keyName, { ...options, confirm, cluster }, terminal.signal)
    if ('refused' in changed) {
      terminal.complain(`lenskeeper rollout ${options.name}: ${changed.refused}\n`)
      return exitCode.failed
    }
    const { partnerKey, answer } = changed
    if (options.apply) terminal.write(`PartnerKey ${keyOf(partnerKey)}: ${answer.done}\n`)
    else {
      terminal.write(changedManifest(partnerKey, answer.spec))
      for (const field of changedFields(partnerKey.spec, answer.spec)) terminal.complain(`${field}\n`)
      if (answer.warning !== undefined) terminal.complain(`${answer.warning}\n`)
    }
    for (const note of answer.notes) terminal.complain(`${note}\n`)
    terminal.complain(
      options.apply
        ? 'If this object comes from Git, make the same change there: otherwise its next sync may take it back.\n'
        : 'Nothing was changed. Commit it to Git, or let --apply do it in the cluster.\n',
    )
    return exitCode.done
  })
}

/** Warns before a change is made: once of each thing. Asks, too, where somebody is there to answer. */
function confirmer(yes: boolean, terminal: Terminal): (answer: SpecChange) => Promise<boolean> {
  const told = new Set<string>()
  return async ({ warning }) => {
    if (warning === undefined || told.has(warning)) return true
    told.add(warning)
    terminal.complain(`${warning}\n`)
    if (yes || !terminal.interactive) return true
    const answer = await terminal.ask('Type yes to make the change: ')
    return answer.trim() === 'yes'
  }
}
