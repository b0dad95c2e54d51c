import { CodedError } from '../../core/errors.ts'

/** A kubeconfig that cannot be used as it is. Only a person mends it; trying again does not. */
export class KubeconfigError extends CodedError<'kubeconfig'> {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super('kubeconfig', message, options)
  }
}

/** The error of a call that failed for it. */
export function kubeconfigErrorOf(error: unknown): KubeconfigError | undefined {
  if (error instanceof KubeconfigError) return error
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof KubeconfigError ? cause : undefined
}

const faults: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  ENAMETOOLONG: 'there is no such file',
  ELOOP: 'its links lead in a circle',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  EISDIR: 'it is a folder',
}

/**
 * Says in words what is wrong with a file, where that is known; gives other errors back as they are.
 *
 * @param field of the kubeconfig, where that names the file
 */
export function fileFault(error: unknown, field?: string): unknown {
  const { code, path } = error as NodeJS.ErrnoException
  const fault = faults[code ?? '']
  if (fault === undefined) return error
  const named = field === undefined ? '' : `${field} of the kubeconfig, `
  return new KubeconfigError(`${named}${path ?? 'a file of the kubeconfig'}: ${fault}`, { cause: error })
}
