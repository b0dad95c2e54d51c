import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encodeMark,
  isInstallationId,
  isOurs,
  isOwnedBy,
  type Mark,
  markIn,
  ownerOf,
  readMark,
} from '../../src/tenancy/mark.ts'

const owned: Mark = {
  installation: '5b0c1f2e-aaaa-bbbb-cccc-0123456789ab',
  namespace: 'tenants',
  name: 'client-1.eu',
  state: 'owned',
  onDelete: 'Retain',
}
const text =
  'lenskeeper/v1 installation=5b0c1f2e-aaaa-bbbb-cccc-0123456789ab tenant=tenants/client-1.eu state=owned onDelete=Retain'

const always = {
  installation: fc.stringMatching(/^[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$/),
  namespace: fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/),
  name: fc.stringMatching(/^[a-z0-9]([-.a-z0-9]{0,61}[a-z0-9])?$/),
  onDelete: fc.constantFrom('Retain' as const, 'Drop' as const),
}
const connection = fc.tuple(always.namespace, always.name).map(([namespace, name]) => `${namespace}/${name}`)
const moment = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) })
const retired = { state: fc.constant('retired' as const), retiredAt: moment }
const marks: fc.Arbitrary<Mark> = fc.oneof(
  fc.record({ ...always, state: fc.constant('owned' as const) }),
  fc.record({ ...always, ...retired }),
  fc
    .record({ ...always, ...retired, dropsAt: moment })
    .map(mark => ({ ...mark, dropsAt: Math.max(mark.retiredAt, mark.dropsAt) })),
  fc.record({ ...always, connection, state: fc.constant('owned' as const) }),
  fc.record({ ...always, connection, ...retired }),
)

describe('the mark', () => {
  it('is one line that a person can read', () => {
    expect(encodeMark(owned)).toBe(text)
    expect(
      encodeMark({ ...owned, state: 'retired', onDelete: 'Drop', retiredAt: Date.UTC(2026, 10, 21, 18) }),
    ).toBe(`${text.replace('owned', 'retired').replace('Retain', 'Drop')} retiredAt=2026-11-21T18:00:00.000Z`)
    const dropsAt = Date.UTC(2026, 10, 28, 18)
    expect(
      encodeMark({ ...owned, state: 'retired', retiredAt: Date.UTC(2026, 10, 21, 18), dropsAt }),
    ).toMatch(/ state=retired .* retiredAt=2026-11-21T18:00:00\.000Z dropsAt=2026-11-28T18:00:00\.000Z$/)
    expect(encodeMark({ ...owned, connection: 'datalens/default' })).toBe(
      text.replace(' tenant', ' connection=datalens/default tenant'),
    )
  })

  it('reads what it writes, and stays below what is read of a comment', () => {
    fc.assert(
      fc.property(marks, mark => {
        const encoded = encodeMark(mark)
        expect(readMark(encoded)).toEqual({ kind: 'mark', mark })
        expect(encoded.length).toBeLessThan(1024)
      }),
    )
  })

  it.each([
    '',
    'made by hand',
    ' lenskeeper/v1',
    'Lenskeeper/v1',
    'lenskeeper',
    '\u0000lenskeeper/',
    `\n${text}`,
  ])('takes no notice of %j', comment => {
    expect(readMark(comment)).toEqual({ kind: 'none' })
  })

  const retired = `${text.replace('owned', 'retired')} retiredAt=2026-11-21T18:00:00.000Z`
  it.each([
    ['only the prefix', 'lenskeeper/'],
    ['another version', text.replace('v1', 'v2')],
    ['a later minor version', text.replace('v1', 'v1.1')],
    ['a trailing space', `${text} `],
    ['a trailing newline', `${text}\n`],
    ['a NUL and more', `${text}\u0000`],
    ['a second line', `${text}\n${text}`],
    ['a field twice', `${text} onDelete=Drop`],
    ['a connection twice', text.replace(' tenant', ' connection=a/b connection=a/b tenant')],
    ['a connection without namespace', text.replace(' tenant', ' connection=b tenant')],
    ['an empty connection', text.replace(' tenant', ' connection= tenant')],
    ['a connection behind the tenant', text.replace(' state', ' connection=a/b state')],
    ['an owner twice', text.replace(' state', ' tenant=other/one state')],
    ['another order', text.replace(' state=owned onDelete=Retain', ' onDelete=Retain state=owned')],
    ['two spaces', text.replace(' tenant', '  tenant')],
    ['a tab', text.replace(' tenant', '\ttenant')],
    ['a no-break space', text.replace(' tenant', '\u00a0tenant')],
    ['percent encoding', text.replace('tenants/', 'tenants%2F')],
    ['an extra slash', text.replace('tenants/', 'tenants/x/')],
    ['an upper-case tenant', text.replace('client', 'Client')],
    ['a look-alike letter', text.replace('client', 'сlient')],
    ['a full-width letter', text.replace('client', 'ｃlient')],
    ['an empty name', text.replace('client-1.eu', '')],
    ['an empty namespace', text.replace('tenants/', '/')],
    ['a namespace that is too long', text.replace('tenants', 'a'.repeat(64))],
    ['a name that is too long', text.replace('client-1.eu', 'a'.repeat(64))],
    ['an installation that is too long', text.replace(/installation=\S+/, `installation=${'a'.repeat(64)}`)],
    ['another state', text.replace('owned', 'free')],
    ['another policy', text.replace('Retain', 'retain')],
    ['owned with a time', `${text} retiredAt=2026-11-21T18:00:00.000Z`],
    ['retired without a time', text.replace('owned', 'retired')],
    ['a time in another form', retired.replace('.000Z', 'Z')],
    ['a time with an offset', retired.replace('Z', '+00:00')],
    ['a day that is not', retired.replace('11-21', '02-31')],
    ['an hour that is not', retired.replace('T18', 'T25')],
    ['owned, with a time to drop', `${text} dropsAt=2026-11-28T18:00:00.000Z`],
    ['to be dropped before it was retired', `${retired} dropsAt=2026-11-21T17:59:59.999Z`],
    ['to be dropped on a day that is not', `${retired} dropsAt=2026-11-31T18:00:00.000Z`],
    ['to be dropped twice', `${retired}${' dropsAt=2026-11-28T18:00:00.000Z'.repeat(2)}`],
    ['a time to drop without the other', retired.replace('retiredAt', 'dropsAt')],
    ['an unknown field', `${text} note=hello`],
    ['far too long', `${text}${' '.repeat(5000)}`],
  ])('takes for foreign: %s', (_name, comment) => {
    expect(readMark(comment)).toEqual({ kind: 'malformed' })
  })

  it('knows the retired one that those were made from', () => {
    expect(readMark(retired)).toMatchObject({ kind: 'mark', mark: { state: 'retired' } })
    expect(markIn(retired)?.dropsAt).toBeUndefined()
    expect(markIn(`${retired} dropsAt=2026-11-28T18:00:00.000Z`)?.dropsAt).toBe(Date.UTC(2026, 10, 28, 18))
  })

  it('has one text for one meaning, whatever single character is changed, put in or taken out', () => {
    const edits = fc.record({
      mark: marks,
      at: fc.nat(),
      insert: fc.string({ maxLength: 2 }),
      remove: fc.nat(2),
    })
    fc.assert(
      fc.property(edits, ({ mark, at, insert, remove }) => {
        const encoded = encodeMark(mark)
        const from = at % encoded.length
        const edited = encoded.slice(0, from) + insert + encoded.slice(from + remove)
        const read = readMark(edited)
        if (read.kind === 'mark') expect(encodeMark(read.mark)).toBe(edited)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    { installation: '' },
    { installation: 'a b' },
    { namespace: 'Tenants' },
    { name: 'a/b' },
    { name: 'a'.repeat(64) },
    { connection: '' },
    { connection: 'datalens' },
    { connection: 'a/b c' },
    { retiredAt: 0 },
    { state: 'retired' as const },
    { state: 'retired' as const, retiredAt: Number.NaN },
    { state: 'retired' as const, retiredAt: 8.64e15 },
    { dropsAt: 0 },
    { state: 'retired' as const, dropsAt: 0 },
    { state: 'retired' as const, retiredAt: 1, dropsAt: 0 },
    { state: 'retired' as const, retiredAt: 0, dropsAt: Number.NaN },
    { state: 'retired' as const, retiredAt: 0, dropsAt: 8.64e15 },
  ])('refuses to write what it could not read: %j', wrong => {
    expect(() => encodeMark({ ...owned, ...wrong })).toThrow(RangeError)
  })
})

describe('an installation id', () => {
  it.each([
    ['5b0c1f2e-aaaa-bbbb-cccc-0123456789ab', true],
    ['prod_eu.1', true],
    ['a', true],
    ['a'.repeat(63), true],
    ['', false],
    ['a'.repeat(64), false],
    ['-a', false],
    ['a ', false],
    ['a\n', false],
    ['a=b', false],
  ])('%j: %s', (id, expected) => {
    expect(isInstallationId(id)).toBe(expected)
    if (expected) expect(readMark(encodeMark({ ...owned, installation: id }))).toMatchObject({ kind: 'mark' })
  })
})

describe('whose a database is', () => {
  const retired: Mark = { ...owned, state: 'retired', retiredAt: 0 }
  const { installation, namespace, name } = owned
  const self = { installation, namespace, name }

  it.each([
    ['an owned mark', encodeMark(owned), { mark: owned, owner: owned }],
    ['a retired one', encodeMark(retired), { mark: retired, owner: undefined }],
    ['none', '', { mark: undefined, owner: undefined }],
    ['one that cannot be read', `${text} `, { mark: undefined, owner: undefined }],
  ])('%s', (_, comment, { mark, owner }) => {
    expect(markIn(comment)).toEqual(mark)
    expect(ownerOf(comment)).toEqual(owner)
    expect(isOwnedBy(comment, self)).toBe(owner !== undefined)
  })

  it.each([{ installation: 'other' }, { namespace: 'other' }, { name: 'other' }])(
    'is not the owner with %j',
    other => {
      expect(isOwnedBy(text, { ...self, ...other })).toBe(false)
    },
  )

  it('is ours by this installation, and by those that it inherits from', () => {
    expect(isOurs(owned, { installation, inheritFrom: [] })).toBe(true)
    expect(isOurs(owned, { installation: 'here', inheritFrom: ['elsewhere', installation] })).toBe(true)
    expect(isOurs(owned, { installation: 'here', inheritFrom: ['elsewhere'] })).toBe(false)
  })
})
