import { afterEach, describe, expect, test, vi } from 'vitest'
import { catalogue } from '../../src/cli/catalogue.ts'
import { dispatch } from '../../src/cli/frame/dispatch.ts'
import { cacheFolder, NoFolderError, stateFolder } from '../../src/dev/user-folders.ts'
import { recordedTerminal } from '../builders/recorded-terminal.ts'

afterEach(() => void vi.unstubAllEnvs())

test.each<[string, Readonly<Record<string, string>>, string, string]>([
  ['below HOME', { HOME: '/home/ada' }, '/home/ada/.cache/lenskeeper', '/home/ada/.local/state/lenskeeper'],
  [
    'where the variables say',
    { HOME: '/home/ada', XDG_CACHE_HOME: '/cache', XDG_STATE_HOME: '/state' },
    '/cache/lenskeeper',
    '/state/lenskeeper',
  ],
  [
    'an empty variable says nothing',
    { HOME: '/home/ada', XDG_CACHE_HOME: '', XDG_STATE_HOME: '' },
    '/home/ada/.cache/lenskeeper',
    '/home/ada/.local/state/lenskeeper',
  ],
  [
    'without a home, too',
    { XDG_CACHE_HOME: '/cache', XDG_STATE_HOME: '/state' },
    '/cache/lenskeeper',
    '/state/lenskeeper',
  ],
])('%s', (_, env, cache, state) => {
  vi.stubEnv('HOME', '')
  expect([cacheFolder(env), stateFolder(env)]).toEqual([cache, state])
})

describe('where nothing says it', () => {
  test('a cache is missed, with what to do', () => {
    vi.stubEnv('HOME', '')
    expect(() => cacheFolder({})).toThrow(NoFolderError)
    expect(() => cacheFolder({})).toThrow('set HOME, or XDG_CACHE_HOME, to a folder that you may write to')
    expect(stateFolder({})).toBeUndefined()
  })

  test('“lenskeeper dev” asks for a folder', async () => {
    vi.stubEnv('HOME', '')
    const terminal = recordedTerminal()
    expect(await dispatch(['dev'], catalogue, terminal)).toBe(2)
    expect(terminal.complaints).toBe(
      'lenskeeper dev: nothing says where this user keeps data, as HOME is not set: say where with --state DIR ("lenskeeper dev --help")\n',
    )
  })
})
