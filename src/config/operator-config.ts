import { z } from 'zod'
import { parseDuration } from '../core/duration.ts'
import { serviceAccountDir } from '../kube/access/credentials.ts'
import { logLevels } from '../telemetry/log.ts'
import { isInstallationId } from '../tenancy/mark.ts'
import { environmentName, parseFlags, UsageError, type Flags } from './flags.ts'

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
  },
  'installation-id': {
    type: 'string',
    placeholder: 'ID',
    description:
      'who we are in the marks of ClickHouse databases; default: the uid of the kube-system namespace',
  },
  listen: {
    type: 'string',
    placeholder: 'HOST:PORT',
    default: '0.0.0.0:8080',
    description: 'where /healthz, /readyz and /metrics answer; port 0 takes any free one, "off" none',
  },
  'log-level': {
    type: 'string',
    placeholder: 'LEVEL',
    default: 'info',
    description: `one of ${logLevels.join(', ')}`,
  },
  'kube-rate': {
    type: 'string',
    placeholder: 'N',
    default: '100',
    description: 'requests a second to the API server; 0 leaves it to the server’s priority and fairness',
  },
  'kube-burst': {
    type: 'string',
    placeholder: 'N',
    default: '200',
    description: 'requests that may go out at once before the rate holds',
  },
  workers: {
    type: 'string',
    placeholder: 'N',
    default: '8',
    description: 'objects of a kind worked on at the same time, 1 to 64',
  },
  resync: {
    type: 'string',
    placeholder: 'TIME',
    default: '10m',
    description: 'how often a settled object is looked at again, 10s to 24h',
  },
  'secret-metadata-prefixes': {
    type: 'string',
    placeholder: 'A,B',
    default: '',
    description:
      'prefixes (such as acme.example/) of labels and annotations that tenants may put on their Secret',
  },
  'dry-run': {
    type: 'boolean',
    description: 'change nothing: every plan goes to the log and the status only',
  },
} as const satisfies Flags

const list = z.string().transform(text =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== ''),
)
const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^[0-9]+$/, 'must be a whole number')
    .transform(Number)
    .refine(value => value >= minimum && value <= maximum, `must be from ${minimum} to ${maximum}`)

const namespaceName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

const schema = z
  .object({
    kubeconfig: z.string().optional(),
    'service-account-dir': z.string(),
    'watch-namespaces': list.refine(
      items => items.every(item => namespaceName.test(item)),
      'must be a comma-separated list of namespace names',
    ),
    'installation-id': z
      .string()
      .refine(
        isInstallationId,
        'takes 1 to 63 letters, digits, dots, dashes and underscores, a letter or digit first and last',
      )
      .optional(),
    listen: z.string().transform((text, context) => {
      if (text === 'off') return undefined
      const match = /^(.*):([0-9]{1,5})$/.exec(text)
      const port = Number(match?.[2])
      if (match?.[1] === undefined || port > 65_535) {
        context.addIssue({ code: 'custom', message: 'must look like 127.0.0.1:8080, or be "off"' })
        return z.NEVER
      }
      return { host: match[1].replace(/^\[(.*)\]$/, '$1'), port }
    }),
    'log-level': z.enum(logLevels),
    'kube-rate': wholeNumber(0, 100_000),
    'kube-burst': wholeNumber(1, 100_000),
    workers: wholeNumber(1, 64),
    resync: z.string().transform((text, context) => {
      const ms = parseDuration(text)
      if (ms === undefined || ms < 10_000 || ms > 86_400_000) {
        context.addIssue({ code: 'custom', message: 'must be a duration from 10s to 24h, such as 10m' })
        return z.NEVER
      }
      return ms
    }),
    // Without the slash it would let in every domain that begins so.
    'secret-metadata-prefixes': list.refine(
      items => items.every(item => item.endsWith('/')),
      'takes prefixes that end with a slash, such as acme.example/',
    ),
    'dry-run': z.boolean(),
  })
  .refine(values => values['watch-namespaces'].length === 0 || values['installation-id'] !== undefined, {
    path: ['installation-id'],
    message: 'is required with --watch-namespaces (the kube-system namespace cannot be read then)',
  })

/** Everything that `lenskeeper run` can be told, validated and frozen. Durations in milliseconds. */
export interface OperatorConfig {
  readonly kubeconfig: string | undefined
  readonly serviceAccountDir: string
  readonly watchNamespaces: readonly string[]
  readonly installationId: string | undefined
  readonly listen: { readonly host: string; readonly port: number } | undefined
  readonly logLevel: (typeof logLevels)[number]
  readonly kubeRate: number
  readonly kubeBurst: number
  readonly workers: number
  readonly resyncMs: number
  readonly secretMetadataPrefixes: readonly string[]
  readonly dryRun: boolean
}

/**
 * @throws UsageError with one line that names the flag (and the variable that may have set it), what is wrong
 * and what is accepted
 */
export function readOperatorConfig(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): OperatorConfig {
  const { values, positionals } = parseFlags(operatorFlags, args, environment)
  if (positionals.length > 0)
    throw new UsageError(`unexpected argument "${positionals[0]}"; run takes flags only`)
  const result = schema.safeParse(values)
  if (!result.success) {
    const [issue] = result.error.issues
    const flag = String(issue?.path[0] ?? '')
    throw new UsageError(`--${flag} (or ${environmentName(flag)}) ${issue?.message ?? 'is wrong'}`)
  }
  const parsed = result.data
  return Object.freeze({
    kubeconfig: parsed.kubeconfig,
    serviceAccountDir: parsed['service-account-dir'],
    watchNamespaces: parsed['watch-namespaces'],
    installationId: parsed['installation-id'],
    listen: parsed.listen,
    logLevel: parsed['log-level'],
    kubeRate: parsed['kube-rate'],
    kubeBurst: parsed['kube-burst'],
    workers: parsed.workers,
    resyncMs: parsed.resync,
    secretMetadataPrefixes: parsed['secret-metadata-prefixes'],
    dryRun: parsed['dry-run'],
  })
}
