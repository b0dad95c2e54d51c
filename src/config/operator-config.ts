import { serviceAccountDir } from '../kube/access/access-source.ts'
import { electionFlags, readElection, type ElectionConfig } from './election-flags.ts'
import { logLevels } from '../telemetry/verbosity.ts'
import {
  installationId,
  listenAddress,
  metadataPrefixes,
  namespaces,
  oneOf,
  portOrOff,
  resync,
  wholeNumber,
  type ListenAddress,
} from './flag-values.ts'
import { environmentName, FlagValueError, parseFlags, UsageError, type Flags } from './flags.ts'

export const operatorFlags = {
  kubeconfig: {
    type: 'string',
    placeholder: 'FILE',
    description:
      'how to reach the cluster; without it KUBECONFIG, then the Pod’s own account, then ~/.kube/config',
  },
  'service-account-dir': {
    type: 'string',
    placeholder: 'DIR',
    default: serviceAccountDir,
    description: 'where the Pod’s own account is mounted: its token and ca.crt',
  },
  'watch-namespaces': {
    type: 'string',
    placeholder: 'A,B',
    default: '',
    description: 'watch only these namespaces, with Roles instead of ClusterRoles; needs --installation-id',
    parse: namespaces,
  },
  'installation-id': {
    type: 'string',
    placeholder: 'ID',
    description:
      'who we are in the marks of ClickHouse databases; default: the uid of the kube-system namespace',
    parse: installationId,
  },
  listen: {
    type: 'string',
    placeholder: 'HOST:PORT',
    default: ':8080',
    description:
      'where /healthz, /readyz and /metrics answer; without HOST on every address, IPv6 among them; port 0 takes any free one, "off" none',
    parse: listenAddress,
  },
  'log-level': {
    type: 'string',
    placeholder: 'LEVEL',
    default: 'info',
    description: `one of ${logLevels.join(', ')}`,
    parse: oneOf(...logLevels),
  },
  diagnostics: {
    type: 'string',
    placeholder: 'PORT',
    default: 'off',
    description: 'where profiles and the log level can be had on 127.0.0.1; 0 takes any free port',
    parse: portOrOff,
  },
  'kube-rate': {
    type: 'string',
    placeholder: 'N',
    default: '100',
    description: 'requests a second to the API server; 0 leaves it to the server’s priority and fairness',
    parse: wholeNumber(0, 100_000),
  },
  'kube-burst': {
    type: 'string',
    placeholder: 'N',
    default: '200',
    description: 'requests that may go out at once before the rate holds',
    parse: wholeNumber(1, 100_000),
  },
  workers: {
    type: 'string',
    placeholder: 'N',
    default: '8',
    description:
      'objects of a kind worked on at the same time, 1 to 64; a few more if nothing of their namespace or connection is',
    parse: wholeNumber(1, 64),
  },
  resync: {
    type: 'string',
    placeholder: 'TIME',
    default: '10m',
    description: 'how often a settled object is looked at again, 10s to 24h',
    parse: resync,
  },
  'secret-metadata-prefixes': {
    type: 'string',
    placeholder: 'A,B',
    default: '',
    description:
      'prefixes (such as acme.example/) of labels and annotations that tenants may put on their Secret',
    parse: metadataPrefixes,
  },
  ...electionFlags,
  'dry-run': {
    type: 'boolean',
    description: 'change nothing: every plan goes to the log and the status only',
  },
} as const satisfies Flags

/** All that `lenskeeper run` can be told, validated and frozen. Durations are in milliseconds. */
export interface OperatorConfig {
  readonly kubeconfig: string | undefined
  readonly serviceAccountDir: string
  readonly watchNamespaces: readonly string[]
  readonly installationId: string | undefined
  readonly listen: ListenAddress | undefined
  readonly logLevel: (typeof logLevels)[number]
  /** On 127.0.0.1. Undefined: nowhere. */
  readonly diagnosticsPort: number | undefined
  readonly kubeRate: number
  readonly kubeBurst: number
  readonly workers: number
  readonly resyncMs: number
  readonly secretMetadataPrefixes: readonly string[]
  readonly election: ElectionConfig
  readonly dryRun: boolean
}

/**
 * @throws UsageError with one line: the flag and the variable that may have set it, what is wrong, and what is
 * accepted
 */
export function readOperatorConfig(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): OperatorConfig {
  try {
    return readConfig(args, environment)
  } catch (error) {
    if (!(error instanceof FlagValueError)) throw error
    const { flag, complaint } = error
    throw new UsageError(`--${flag} (or ${environmentName(flag)}) ${complaint}`)
  }
}

function readConfig(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): OperatorConfig {
  const { values, positionals } = parseFlags(operatorFlags, args, environment)
  if (positionals.length > 0)
    throw new UsageError(`unexpected argument "${positionals[0]}"; run takes flags only`)
  if (values['watch-namespaces'].length > 0 && values['installation-id'] === undefined) {
    throw new FlagValueError(
      'installation-id',
      'is required with --watch-namespaces (the kube-system namespace cannot be read then)',
    )
  }
  return Object.freeze({
    kubeconfig: values.kubeconfig,
    serviceAccountDir: values['service-account-dir'],
    watchNamespaces: values['watch-namespaces'],
    installationId: values['installation-id'],
    listen: values.listen,
    logLevel: values['log-level'],
    diagnosticsPort: values.diagnostics,
    kubeRate: values['kube-rate'],
    kubeBurst: values['kube-burst'],
    workers: values.workers,
    resyncMs: values.resync,
    secretMetadataPrefixes: values['secret-metadata-prefixes'],
    election: readElection(values),
    dryRun: values['dry-run'],
  })
}
