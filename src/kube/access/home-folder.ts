import { homedir } from 'node:os'

/**
 * The user's folder. Undefined where nothing says where it is: HOME is not set, and the user is in no list, as in many
 * containers. Never the folder that somebody happens to be in: a kubeconfig there may be a stranger's, and run programs.
 */
export function homeFolder(
  env: Readonly<Record<string, string | undefined>>,
  lookUp: () => string = homedir,
): string | undefined {
  if (env['HOME']) return env['HOME']
  try {
    return lookUp() || undefined
  } catch {
    return undefined
  }
}
