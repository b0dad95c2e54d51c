/** Credentials from a program, as client.authentication.k8s.io describes it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { isatty } from 'node:tty'

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

/** In characters of what the program said last; a message has no room for more. */
const longestComplaint = 300

export interface ExecSurroundings {
  /** Told to it if it asks for that, in the form of the API. */
  readonly cluster: unknown
  /** What it inherits. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Hears what it writes to standard error, as it comes: it may ask somebody to log in. */
  readonly complain?: ((text: string) => void) | undefined
}

/**
 * Runs the program.
 *
 * @throws Error that says what the program said, and never what it printed, which is the credential
 */
export async function runExecPlugin(
  exec: ExecConfig,
  { cluster, env: inherited, complain = () => undefined }: ExecSurroundings,
): Promise<ExecCredential> {
  const { command = '', args, env, apiVersion, interactiveMode = 'IfAvailable' } = exec
  const interactive = interactiveMode !== 'Never' && isatty(0)
  if (interactiveMode === 'Always' && !interactive)
    throw new Error(
      `the exec plug-in "${command}" needs a terminal (interactiveMode: Always), and there is none`,
    )
  const spec = { interactive, ...(exec.provideClusterInfo === true ? { cluster } : {}) }
  const info = JSON.stringify({ kind: 'ExecCredential', apiVersion, spec })
  const own = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]))
  const child = spawn(command, [...(args ?? [])], {
    env: { ...inherited, ...own, KUBERNETES_EXEC_INFO: info },
    stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
  })
  let [output, complaint] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-longestComplaint)
    complain(text)
  })
  const failure = await once(child, 'close').then(
    ([code]) =>
      code === 0 ? undefined : `failed (exit code ${String(code)}): ${complaint.trim() || 'it said nothing'}`,
    (error: unknown) => notStarted(error, exec),
  )
  if (failure !== undefined) throw new Error(`the exec plug-in "${command}" ${failure}`)
  return credentialIn(output, command)
}

function notStarted(error: unknown, { installHint }: ExecConfig): string {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  if (code !== 'ENOENT') return `cannot be started (${code})`
  return `is not installed${installHint === undefined ? '' : `: ${installHint.trim()}`}`
}

function credentialIn(output: string, command: string): ExecCredential {
  const { kind, status } = parsed(output)
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = status ?? {}
  const isWhole = token !== undefined || (clientCertificateData !== undefined && clientKeyData !== undefined)
  if (kind !== 'ExecCredential' || !isWhole)
    throw new Error(`the exec plug-in "${command}" printed no ExecCredential with a token or a certificate`)
  const expiresAt = expirationTimestamp === undefined ? undefined : Date.parse(expirationTimestamp)
  return {
    ...(token === undefined ? {} : { token }),
    ...(clientCertificateData === undefined ? {} : { clientCertificateData }),
    ...(clientKeyData === undefined ? {} : { clientKeyData }),
    expiresAt: expiresAt === undefined || Number.isNaN(expiresAt) ? undefined : expiresAt,
  }
}

interface Printed {
  readonly kind?: string
  readonly status?: Readonly<
    Partial<Record<'token' | 'clientCertificateData' | 'clientKeyData' | 'expirationTimestamp', string>>
  >
}

function parsed(output: string): Printed {
  try {
    return (JSON.parse(output) ?? {}) as Printed
  } catch {
    return {}
  }
}
