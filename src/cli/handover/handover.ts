import { isPrivateHost } from '../../clickhouse-connection/reader/hosts.ts'
import { parseFlags, type Flags } from '../../config/flags.ts'
import { isConfirmed } from '../../tenancy/rollout/accepts.ts'
import { clusterFlags, namespaceFlag, withCluster } from '../cluster/cluster.ts'
import { exitCode, type Command, type Terminal } from '../frame/command.ts'
import { writeBundle } from './bundle.ts'
import { acceptsYaml, handoverDocument, type Handover } from './document.ts'
import { particularsExample, readParticulars } from './particulars.ts'
import { readHandover, readPassword } from './read.ts'
import { partnerKeyArgument } from '../partner-key/read.ts'
import { writePrivateFile } from '../frame/private-file.ts'

const flags = {
  out: { type: 'string', placeholder: 'DIR', description: 'also as files in this folder' },
  particulars: {
    type: 'string',
    placeholder: 'FILE',
    description: 'YAML that tells of the connector: names, use cases, price and so on; see below',
  },
  'include-password': {
    type: 'string',
    placeholder: 'FILE',
    description: 'writes the reader’s password to this file, mode 0600; it is shown nowhere',
  },
  ...namespaceFlag,
  ...clusterFlags,
} as const satisfies Flags

const notes = `Prints, as Markdown, what the DataLens manager needs: the public key of the spec’s version with its fingerprint, hosts,
port and user of ClickHouse, and what the particulars tell of the connector. On standard error it says what to commit
when they have confirmed the key: the entry of spec.dataLens.accepts.

With --out it also writes handover.md, public-v<N>.pem, the icon, and accepts.yaml; the last is for you, not to be sent.
The password is never in there. Send it separately, over another channel.

Particulars:
${particularsExample.replaceAll(/^/gm, '  ').trimEnd()}

Exit codes: 0 printed; 1 the operator has not made it yet, or the particulars are not complete; 2 wrong flags.
Examples:
  lenskeeper handover acme -n datalens > handover.md
  lenskeeper handover acme -n datalens --particulars connector.yaml --out for-datalens --include-password password.txt`

export const handover: Command = {
  name: 'handover',
  summary: 'Puts together what DataLens needs to know: key, hosts, user, particulars.',
  usage: 'handover KEY [--out DIR] [--particulars FILE] [--include-password FILE] [flags]',
  flags,
  notes,
  async run(args, terminal) {
    const { values, positionals } = parseFlags(flags, args, terminal.environment)
    const name = partnerKeyArgument(positionals)
    const passwordFile = values['include-password']
    const read = values.particulars === undefined ? undefined : readParticulars(values.particulars)
    const { found, password } = await withCluster(values, terminal, async cluster => {
      const found = await readHandover(cluster, name, terminal.signal)
      const password =
        passwordFile === undefined ? undefined : await readPassword(cluster, found, terminal.signal)
      return { found, password }
    })
    const document = handoverDocument(found, read?.particulars)
    if (values.out !== undefined)
      for (const line of writeBundle(values.out, { found, document, icon: read?.icon }))
        terminal.complain(`${line}\n`)
    // Last: it is never overwritten, so whatever fails earlier can simply be tried again.
    if (passwordFile !== undefined && password !== undefined) {
      writePrivateFile(passwordFile, password)
      terminal.complain(
        `${passwordFile}: the password of ${found.server.user}. Send it apart, then remove it.\n`,
      )
    }
    terminal.write(document)
    tellNext(found, terminal)
    return exitCode.done
  },
}

function tellNext(found: Handover, terminal: Terminal): void {
  const { partnerKey, server, key } = found
  const unreachable = server.hosts.filter(isPrivateHost)
  if (unreachable.length > 0)
    terminal.complain(
      `DataLens cannot reach ${unreachable.join(', ')}: name public hosts in spec.handover of the ClickHouseConnection.\n`,
    )
  if (isConfirmed(partnerKey.spec, key.version, key.fingerprint)) {
    terminal.complain(`spec.dataLens.accepts names this key already: DataLens has confirmed it.\n`)
  } else if (partnerKey.spec.dataLens === undefined) {
    terminal.complain(
      'When DataLens answers, commit its key and version in spec.dataLens; and, to mint with no other key than this, what follows.\n\n',
    )
    terminal.complain(acceptsYaml(found))
  } else {
    terminal.complain(`When DataLens has confirmed version ${key.version} and its fingerprint, commit:\n\n`)
    terminal.complain(acceptsYaml(found))
  }
}
