/** A tenant that is refused is touched in a loop: the server is others', and is not read for that. */
import { eventually } from '../../../time/eventually.ts'
import { deadlineMs, must, type HarmRow } from './row.ts'
import type { Street, Who } from './street.ts'

/** Touches an object for longer than a snapshot of the server serves, with its annotations and with its spec. */
async function touch(street: Street, who: Who, key: string): Promise<void> {
  const [namespace = '', name = ''] = key.split('/')
  const object = ['ctenant', name, '-n', namespace]
  const began = performance.now()
  let times = 0
  const once = async (): Promise<boolean> => {
    times += 1
    await street.kubectl(who, 'annotate', '--overwrite', ...object, `touched=${times}`)
    const spec = { access: times % 2 === 0 ? 'Granted' : 'Withheld' }
    await street.kubectl(who, 'patch', ...object, '--type=merge', '-p', JSON.stringify({ spec }))
    return performance.now() - began > 7_000
  }
  await eventually(once, { deadlineMs, everyMs: 500 })
}

interface Refused {
  readonly who: Who
  readonly key: string
  readonly database: string
  readonly reason: string
}

/** Is refused, and goes on touching: comes, is annotated and edited, goes, and comes again. */
function loops({ who, key, database, reason }: Refused): HarmRow {
  const [namespace = '', name = ''] = key.split('/')
  let before = 0
  const isRefused = async (street: Street): Promise<void> => {
    await street.world.tenantIs(key, 'False', reason, deadlineMs)
    must((await street.readings()) === before, 'the shop’s server was read for it')
  }
  return {
    title: `${who}: a tenant that is refused (${reason}) is touched in a loop, and the server is not read`,
    acts: [
      {
        what: 'it comes',
        do: async street => {
          before = await street.readings()
          await street.apply(who, street.tenant(name, namespace, database))
        },
        shows: isRefused,
      },
      { what: 'it is touched', do: street => touch(street, who, key), shows: isRefused },
      {
        what: 'it goes and comes again',
        do: async street => {
          for (let time = 0; time < 3; time++) {
            await street.kubectl(who, 'delete', 'ctenant', name, '-n', namespace)
            await street.apply(who, street.tenant(name, namespace, database))
          }
        },
        shows: isRefused,
      },
    ],
  }
}

/** For as long as these are played, nothing else may call for a look at the shop's server. */
export const loopRows: readonly HarmRow[] = [
  loops({ who: 'author', key: 'outside/loops', database: 'outside__x', reason: 'NamespaceNotAllowed' }),
  loops({ who: 'author', key: 'left/loops', database: 'aaa_other', reason: 'DatabaseNameNotAllowed' }),
  loops({
    who: 'administrator',
    key: 'right/loops',
    database: 'left__settled',
    reason: 'DatabaseNameNotAllowed',
  }),
  loops({ who: 'neighbour', key: 'next/loops', database: 'next__x', reason: 'NamespaceNotAllowed' }),
]
