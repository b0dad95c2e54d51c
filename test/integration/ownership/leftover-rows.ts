/** What a tenant left behind keeps a name from others only if it opens that very database. */
import { eventually } from '../../time/eventually.ts'
import { elsewhere, served } from './acts.ts'
import type { Act, Row, Scene } from './scene.ts'

const forever = new AbortController().signal
const suspended = { suspend: true }

/** Deletes a tenant without its Secret, and applies it again for the row's database. */
async function comesAgain(scene: Scene): Promise<void> {
  await scene.deleteWithoutSecret('left/a')
  await scene.create('left/a', suspended)
}

async function hasItsSecret(scene: Scene): Promise<void> {
  const secret = await scene.world.secrets.get(scene.secretKey('left/a'), forever)
  if (secret === undefined) throw new Error('the Secret is gone')
}

const comesFor = (suffix: string): Act => ({
  what: 'one gets a token',
  do: scene => scene.create('left/a', { database: `${scene.database}${suffix}` }),
  shows: {
    more: async scene => {
      await scene.world.tenantIs(scene.key('left/a'), 'True', 'Ready')
    },
  },
})

const forAnother: readonly Row[] = [false, true].map(isAssigned => ({
  title: `a token of another database keeps no name${isAssigned ? ' from whom it is assigned to' : ''}`,
  acts: [
    comesFor('_other'),
    {
      what: 'it is deleted without its Secret, and made anew for this database, and may not have it now',
      do: comesAgain,
      shows: { tenants: { 'left/a': 'Suspended' }, owner: '', more: hasItsSecret },
    },
    {
      what: 'the rightful one comes',
      do: async scene => {
        if (isAssigned) await scene.assignTo('right/b')
        await scene.create('right/b')
      },
      shows: served('right/b', { tenants: { 'left/a': 'Suspended', 'right/b': 'Ready' } }),
    },
  ],
}))

const forThis: Row = {
  title: 'a token of this database keeps the name after the database was dropped, until its Secret goes',
  acts: [
    comesFor(''),
    {
      what: 'it is deleted without its Secret, and made anew, and may not have the database now',
      do: comesAgain,
      shows: { tenants: { 'left/a': 'Suspended' }, owner: 'left/a', more: hasItsSecret },
    },
    {
      what: 'the database is dropped by hand',
      do: scene => scene.sql('DROP DATABASE $'),
      shows: { owner: '' },
    },
    {
      what: 'another comes, and is assigned the name',
      do: async scene => {
        await scene.assignTo('right/b')
        await scene.create('right/b')
      },
      shows: { tenants: { 'left/a': 'Suspended', 'right/b': elsewhere }, owner: '' },
    },
    {
      what: 'the Secret goes',
      do: async scene => {
        await scene.world.secrets.delete(scene.secretKey('left/a'), {}, forever)
        const isGone = async () =>
          (await scene.world.secrets.get(scene.secretKey('left/a'), forever)) === undefined
        await eventually(isGone)
      },
      shows: served('right/b', { tenants: { 'left/a': 'Suspended', 'right/b': 'Ready' } }),
    },
  ],
}

export const leftoverRows: readonly Row[] = [...forAnother, forThis]
