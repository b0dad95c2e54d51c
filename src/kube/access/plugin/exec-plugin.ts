/** Credentials from a program, as client.authentication.k8s.io describes it. */
import { isatty } from 'node:tty'
import type { Clock } from '../../../core/clock.ts'
import { complaintLine } from './complaint.ts'
import { KubeconfigError } from '../kubeconfig-error.ts'
import { runProgram, type ProgramEnd } from './run-program.ts'
import { makesLogin } from '../tls-material.ts'

export interface ExecConfig {
  readonly apiVersion?: string
  readonly command?: string
  readonly args?: readonly string[] | null
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null
  readonly installHint?: string
  readonly interactiveMode?: string
  readonly provideClusterInfo?: boolean
}

export interface ExecCredential {
  readonly token?: string
  readonly clientCertificateData?: string
  readonly clientKeyData?: string
  /** Milliseconds since the epoch. Absent: until the server refuses it. */
  readonly expiresAt: number | undefined
}

/** As long as a person may take to log in: some plug-ins open a browser. */
const longestMs = 5 * 60_000

export interface ExecSurroundings {
  /** Told to it if it asks for that, in the form of the API. */
  readonly cluster: unknown
  /** What it inherits. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Hears what it writes to standard error, as it comes: it may ask somebody to log in. */
  readonly complain?: ((text: string) => void) | undefined
}

/**
 * Runs the program, for at most five minutes.
 *
 * @throws KubeconfigError where only a person can help; another Error, which says what the program said, and never what
 * it printed, which is the credential
 */
export async function runExecPlugin(
  exec: ExecConfig,
  { cluster, env: inherited, clock, complain = () => undefined }: ExecSurroundings,
  signal: AbortSignal,
): Promise<ExecCredential> {
  const { command = '', args, env, apiVersion } = exec
  const interactive = isInteractive(exec)
  const spec = { interactive, ...(exec.provideClusterInfo === true ? { cluster } : {}) }
  const own = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]))
  const info = JSON.stringify({ kind: 'ExecCredential', apiVersion, spec })
  const end = await runProgram(
    {
      command,
      args: args ?? [],
      env: { ...inherited, ...own, KUBERNETES_EXEC_INFO: info },
      interactive,
      longestMs,
      clock,
      complain,
    },
    signal,
  )
  if (end.kind !== 'ended' || end.exitCode !== 0) throw failure(exec, end)
  return credentialIn(end.output, exec)
}

/** Whether the program may ask the person at the terminal. */
function isInteractive({ command = '', apiVersion, interactiveMode = 'IfAvailable' }: ExecConfig): boolean {
  const says = (fault: string): KubeconfigError =>
    new KubeconfigError(`the exec plug-in "${command}" ${fault}`)
  if (command === '') throw new KubeconfigError('the exec plug-in of the kubeconfig has no command')
  if (apiVersion !== undefined && !apiVersions.has(apiVersion))
    throw says(`has the apiVersion "${apiVersion}": write ${[...apiVersions].join(' or ')}, and update it`)
  if (!/^(Never|IfAvailable|Always)$/.test(interactiveMode))
    throw says(`has the interactiveMode "${interactiveMode}": write Never, IfAvailable or Always`)
  const interactive = interactiveMode !== 'Never' && isatty(0)
  if (interactiveMode === 'Always' && !interactive)
    throw says('needs a terminal (interactiveMode: Always), and there is none')
  return interactive
}

const apiVersions: ReadonlySet<string> = new Set([
  'client.authentication.k8s.io/v1',
  'client.authentication.k8s.io/v1beta1',
])

function failure({ command = '', env, installHint = '' }: ExecConfig, end: ProgramEnd): Error {
  const plugin = `the exec plug-in "${command}"`
  const secrets = (env ?? []).map(({ value }) => value)
  switch (end.kind) {
    case 'notFound': {
      const hint = complaintLine(installHint, [])
      return new KubeconfigError(`${plugin} is not installed${hint === '' ? '' : `: ${hint}`}`)
    }
    case 'notStarted':
      return new KubeconfigError(`${plugin} cannot be started (${end.code})`)
    case 'tooLong':
      return new Error(`${plugin} did not end within ${longestMs / 60_000} minutes, and was ended`)
    case 'tooMuch':
      return new Error(`${plugin} printed far more than a credential, and was ended`)
    case 'ended': {
      const said = complaintLine(end.complaint, secrets) || 'it said nothing'
      return new Error(`${plugin} failed (exit code ${end.exitCode ?? 'none, by a signal'}): ${said}`)
    }
    default:
      return end satisfies never
  }
}

function credentialIn(output: string, { command = '', apiVersion }: ExecConfig): ExecCredential {
  const { kind, apiVersion: version, status } = parsed(output)
  const says = (what: string): Error => new Error(`the exec plug-in "${command}" printed ${what}`)
  const [token, cert, key] = [status?.token, status?.clientCertificateData, status?.clientKeyData].map(asText)
  const isWhole = token !== undefined || (cert !== undefined && key !== undefined)
  if (kind !== 'ExecCredential' || !isWhole) throw says('no ExecCredential with a token or a certificate')
  if (apiVersion !== undefined && version !== undefined && version !== apiVersion)
    throw says(`an ExecCredential of another apiVersion than "${apiVersion}": write the one that it has`)
  if (token !== undefined && !isToken(token)) throw says('a token that no header can hold')
  if (cert !== undefined && (key === undefined || !makesLogin(cert, key)))
    throw says('a certificate without its own key')
  const expiresAt = Date.parse(asText(status?.expirationTimestamp) ?? '')
  return {
    ...(token === undefined ? {} : { token }),
    ...(cert === undefined || key === undefined ? {} : { clientCertificateData: cert, clientKeyData: key }),
    expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
  }
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Whether it can stand in a header, white space around it aside. */
export function isToken(text: string): boolean {
  return /^[\u0021-\u007E]+$/.test(text.trim())
}

interface Printed {
  readonly kind?: unknown
  readonly apiVersion?: unknown
  readonly status?: Readonly<
    Partial<Record<'token' | 'clientCertificateData' | 'clientKeyData' | 'expirationTimestamp', unknown>>
  > | null
}

function parsed(output: string): Printed {
  try {
    return (JSON.parse(output) ?? {}) as Printed
  } catch {
    return {}
  }
}
