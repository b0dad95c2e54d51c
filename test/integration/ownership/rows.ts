/** The hijack matrix: everything by which one tenant might come by another's database, in both orders. */
import { encodeMark } from '../../../src/tenancy/mark.ts'
import { byKey, drop, elsewhere, served, settledTenant, specOf } from './acts.ts'
import { connectionRows } from './connection-rows.ts'
import { leftoverRows } from './leftover-rows.ts'
import type { Act, Row, Scene } from './scene.ts'

const forever = new AbortController().signal

/** The same row with the parts exchanged. */
function bothOrders(
  title: string,
  [one, other]: readonly [string, string],
  acts: (first: string, second: string) => readonly Act[],
): Row[] {
  return [
    { title: `${title}: ${one}, then ${other}`, acts: acts(one, other) },
    { title: `${title}: ${other}, then ${one}`, acts: acts(other, one) },
  ]
}

function rivalry(
  title: string,
  pair: readonly [string, string],
  specs: Readonly<Record<string, object>> = {},
) {
  const spec = (who: string): Record<string, unknown> => ({ ...specs[who] })
  return bothOrders(title, pair, (first, second) => [
    ...settledTenant(first, spec(first)),
    {
      what: `${second} comes`,
      do: scene => scene.create(second, spec(second)),
      shows: served(first, { tenants: { [first]: 'Ready', [second]: elsewhere }, data: true }),
    },
    {
      what: `${second}, who lost, goes`,
      do: scene => scene.delete(second),
      shows: served(first, { data: true }),
    },
    {
      what: `${second} comes again, and ${first}, who won, goes`,
      do: async scene => {
        await scene.create(second, spec(second))
        await scene.delete(first)
      },
      shows: { tenants: { [second]: elsewhere }, owner: first, readable: false, data: true },
    },
    {
      what: `${first} is back`,
      do: scene => scene.create(first, spec(first)),
      shows: served(first, { tenants: { [first]: 'Ready', [second]: elsewhere }, data: true }),
    },
  ])
}

const rivals: readonly Row[] = [
  ...rivalry('two of one namespace', ['left/a', 'left/b']),
  ...rivalry('two namespaces', ['left/a', 'right/b']),
  ...rivalry('two PartnerKeys of one connection', ['left/a', 'right/b'], { 'right/b': byKey('other') }),
  ...rivalry('two connections to one server', ['left/a', 'right/b'], { 'right/b': byKey('twinned') }),
  ...rivalry('two installations', ['left/a', 'far/b'], { 'far/b': byKey('foreign', 'datalens2') }),
]

/** Both at the same moment. The API server's times are in seconds, so either may count as the older. */
const atOnce: readonly Row[] = bothOrders('both at once', ['left/a', 'right/b'], (first, second) => [
  {
    what: 'both come',
    do: scene => scene.createAll(first, second),
    shows: {
      readable: true,
      more: async scene => {
        const found = await Promise.all(
          [first, second].map(who => scene.world.secrets.get(scene.secretKey(who), forever)),
        )
        if (found.filter(Boolean).length !== 1) throw new Error('not exactly one has a token')
      },
    },
  },
])

const orders: readonly Row[] = [
  {
    title: 'the older one is not allowed, until it is too late',
    acts: [
      {
        what: 'the refused one comes',
        do: scene => scene.create('left/a', byKey('picky')),
        shows: { tenants: { 'left/a': 'DatabaseNameNotAllowed' }, owner: '', readable: false },
      },
      {
        what: 'another comes',
        do: scene => scene.create('right/b'),
        shows: served('right/b', { tenants: { 'left/a': 'DatabaseNameNotAllowed', 'right/b': 'Ready' } }),
      },
      {
        what: 'the first is allowed',
        do: ({ world, database }) =>
          world.partnerKeys.mergePatch(
            'datalens/picky',
            { spec: { tenants: { databases: ['nothing', database] } } },
            forever,
          ),
        shows: served('right/b', { tenants: { 'left/a': elsewhere, 'right/b': 'Ready' } }),
      },
    ],
  },
  {
    title: 'the older one is suspended, until it is too late',
    acts: [
      {
        what: 'the suspended one comes',
        do: scene => scene.create('left/a', { suspend: true }),
        shows: { tenants: { 'left/a': 'Suspended' }, owner: '' },
      },
      {
        what: 'another comes',
        do: scene => scene.create('right/b'),
        shows: served('right/b', { tenants: { 'left/a': 'Suspended', 'right/b': 'Ready' } }),
      },
      {
        what: 'the first goes on',
        do: scene => scene.edit('left/a', { suspend: false }),
        shows: served('right/b', { tenants: { 'left/a': elsewhere, 'right/b': 'Ready' } }),
      },
    ],
  },
]

const here = [0, 1]
const unmarked = (replicas: readonly number[]): Act => ({
  what: `somebody makes a database on ${replicas.join(' and ')}`,
  do: async scene => {
    await scene.sql('CREATE DATABASE $', replicas)
    await scene.putData(replicas)
  },
  shows: {},
})

const foreign: readonly Row[] = [here, [0], [1]].flatMap(replicas => [
  {
    title: `an unmarked database on ${replicas.join(' and ')} was there before, and is adopted`,
    acts: [
      unmarked(replicas),
      {
        what: 'a tenant comes',
        do: scene => scene.create('left/a'),
        shows: {
          tenants: { 'left/a': 'DatabaseUnmarked' },
          owner: '',
          readable: false,
          more: untouched(replicas),
        },
      },
      { what: 'the tenant goes', do: scene => scene.delete('left/a'), shows: { owner: '', readable: false } },
      {
        what: 'it comes again and is assigned the database',
        do: async scene => {
          await scene.create('left/a')
          await scene.assignTo('left/a')
        },
        shows: served('left/a', replicas.length === 2 ? { data: true } : {}),
      },
    ],
  },
])

/** A conflict on one endpoint leaves no new database on the other. */
function untouched(replicas: readonly number[]): (scene: Scene) => Promise<void> {
  return async ({ world, database }) => {
    for (const replica of here.filter(each => !replicas.includes(each))) {
      const found = await world.sql(`SELECT name FROM system.databases WHERE name = '${database}'`, replica)
      if (found.length > 0) throw new Error(`there is a database on ${replica}`)
    }
  }
}

const odd: readonly Row[] = [
  {
    title: 'an unmarked database of an engine that knows no uuids is adopted, and then left alone',
    acts: [
      {
        what: 'it is there, and assigned, and its tenant comes',
        do: async scene => {
          await scene.createOrdinary()
          await scene.assignTo('left/a')
          await scene.create('left/a')
        },
        shows: {
          ...served('left/a'),
          more: async scene => {
            const read = async () => (await scene.world.tenants.get(scene.key('left/a'), forever))?.status
            const before = await read()
            await scene.edit('left/a', { secret: { annotations: { seen: 'again' } } })
            await scene.world.tenantIs(scene.key('left/a'), 'True')
            const after = await read()
            if (before?.database?.uuid !== after?.database?.uuid) throw new Error('the uuid is another')
          },
        },
      },
    ],
  },
]

const leavers: readonly Row[] = ([{}, drop] as const).flatMap(spec => {
  const policy = 'deletionPolicy' in spec ? 'Drop' : 'Retain'
  const left = policy === 'Drop' ? 'left/a retired' : 'left/a'
  const refused = policy === 'Drop' ? 'NameRetired' : elsewhere
  const gone: Act = {
    what: 'it goes',
    do: scene => scene.delete('left/a'),
    shows: { tenants: {}, owner: left, readable: false, data: true },
  }
  return [
    {
      title: `${policy}: gone, and claimed by another, and assigned to it`,
      acts: [
        ...settledTenant('left/a', spec),
        gone,
        {
          what: 'another comes',
          do: scene => scene.create('right/b'),
          shows: { tenants: { 'right/b': refused }, owner: left, readable: false, data: true },
        },
        {
          what: 'it is assigned',
          do: scene => scene.assignTo('right/b'),
          shows: served('right/b', { data: true }),
        },
        {
          what: 'the first comes back',
          do: scene => scene.create('left/a', specOf(spec)(scene)),
          shows: served('right/b', { tenants: { 'right/b': 'Ready', 'left/a': elsewhere }, data: true }),
        },
      ],
    },
    {
      title: `${policy}: gone, and claimed again by the same`,
      acts: [
        ...settledTenant('left/a', spec),
        gone,
        {
          what: 'it comes again',
          do: scene => scene.create('left/a', specOf(spec)(scene)),
          shows: served('left/a', { data: true }),
        },
      ],
    },
    {
      title: `${policy}: goes while another waits, which gets it only by an assignment`,
      acts: [
        ...settledTenant('left/a', spec),
        {
          what: 'another comes, with an assignment',
          do: async scene => {
            await scene.assignTo('right/b')
            await scene.create('right/b')
          },
          shows: served('left/a', { tenants: { 'left/a': 'Ready', 'right/b': elsewhere }, data: true }),
        },
        {
          what: 'the first goes',
          do: scene => scene.delete('left/a'),
          shows: served('right/b', { data: true }),
        },
      ],
    },
    {
      title: `${policy}: goes, and is back under another database, and the old one is assigned`,
      acts: [
        ...settledTenant('left/a', spec),
        {
          what: 'it is deleted and made anew for another database',
          do: async scene => {
            await scene.delete('left/a')
            await scene.create('left/a', { database: `${scene.database}_new` })
          },
          shows: { tenants: {}, owner: left, readable: false, data: true },
        },
        {
          what: 'another comes and is assigned the old one',
          do: async scene => {
            await scene.create('right/b')
            await scene.assignTo('right/b')
          },
          shows: {
            ...served('right/b', { data: true }),
            more: async scene => {
              await scene.world.tenantIs(scene.key('left/a'), 'True')
            },
          },
        },
      ],
    },
  ] satisfies Row[]
})

/**
 * Renames on one replica after the other, with the tenant suspended: between the two, the operator would rightly fill
 * the first from the second.
 */
async function renameAside(scene: Scene): Promise<void> {
  await scene.edit('left/a', { suspend: true })
  await scene.world.tenantIs(scene.key('left/a'), 'True', 'Suspended')
  await rename('$', '$_x')(scene)
  await scene.edit('left/a', { suspend: false })
}

const rename = (from: string, to: string) => (scene: Scene) => scene.sql(`RENAME DATABASE ${from} TO ${to}`)

const renamed: readonly Row[] = [
  {
    title: 'renamed by hand, claimed by others under both names, and renamed back',
    acts: [
      ...settledTenant('left/a', drop),
      {
        what: 'it is renamed',
        do: renameAside,
        shows: { tenants: { 'left/a': 'DatabaseLost' }, owner: '', data: false },
      },
      {
        what: 'others come for both names',
        do: async scene => {
          await scene.create('right/b')
          await scene.create('right/c', { database: `${scene.database}_x` })
        },
        shows: {
          tenants: { 'left/a': 'DatabaseLost', 'right/b': elsewhere },
          owner: '',
          more: async scene => {
            await scene.world.tenantIs(scene.key('right/c'), 'False', elsewhere)
          },
        },
      },
      {
        what: 'it is renamed back',
        do: rename('$_x', '$'),
        shows: served('left/a', { tenants: { 'left/a': 'Ready', 'right/b': elsewhere }, data: true }),
      },
    ],
  },
]

const markOf = (installation: string, [namespace = '', name = '']: readonly string[]): string =>
  encodeMark({ installation, namespace, name, state: 'owned', onDelete: 'Retain' })

const formerClusters: readonly Row[] = [
  {
    title: 'a former cluster’s mark, inherited and not',
    acts: [
      {
        what: 'the former cluster leaves databases',
        do: async scene => {
          const mine = markOf('former', scene.key('left/a').split('/'))
          await scene.sql(`CREATE DATABASE $ COMMENT '${mine}'`)
          await scene.putData()
          const never = markOf('unknown', scene.key('left/d').split('/'))
          await scene.sql(`CREATE DATABASE $_never COMMENT '${never}'`)
        },
        shows: {},
      },
      {
        what: 'its tenant and a stranger come; nothing is inherited from the other one, assignment or not',
        do: async scene => {
          await scene.create('right/b')
          await scene.create('left/a')
          await scene.create('left/d', { database: `${scene.database}_never` })
        },
        shows: {
          tenants: { 'left/a': 'Ready', 'right/b': elsewhere },
          owner: 'left/a',
          data: true,
          more: async scene => {
            await scene.world.tenantIs(scene.key('left/d'), 'False', elsewhere)
            const { [scene.database]: mark } = await scene.world.marks()
            if (!mark?.includes('installation=mine ')) throw new Error(`the mark is ${mark}`)
          },
        },
      },
    ],
  },
]

/** Every row, in the order in which they are shown. */
export const rows: readonly Row[] = [
  ...rivals,
  ...atOnce,
  ...orders,
  ...foreign,
  ...odd,
  ...leavers,
  ...renamed,
  ...formerClusters,
  ...leftoverRows,
  ...connectionRows,
]
