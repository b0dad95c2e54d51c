/** Where programs of this user keep things: the XDG Base Directory Specification, and a folder of ours below. */
import { join } from 'node:path'
import { CodedError } from '../core/errors.ts'
import { homeFolder } from '../kube/access/home-folder.ts'

type Environment = Readonly<Record<string, string | undefined>>

export class NoFolderError extends CodedError<'noFolder'> {}

/** What can be had anew. @throws NoFolderError */
export function cacheFolder(env: Environment = process.env): string {
  const folder = folderIn(env, 'XDG_CACHE_HOME', '.cache')
  if (folder !== undefined) return folder
  throw new NoFolderError(
    'noFolder',
    'nothing says where this user’s cache is: set HOME, or XDG_CACHE_HOME, to a folder that you may write to',
  )
}

/** What lasts. Undefined where nothing says where that is. */
export function stateFolder(env: Environment): string | undefined {
  return folderIn(env, 'XDG_STATE_HOME', join('.local', 'state'))
}

function folderIn(env: Environment, variable: string, usual: string): string | undefined {
  const given = env[variable]
  const home = given ? undefined : homeFolder(env)
  const base = given || (home === undefined ? undefined : join(home, usual))
  return base === undefined ? undefined : join(base, 'lenskeeper')
}
