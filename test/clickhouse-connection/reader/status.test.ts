import { expect, test } from 'vitest'
import { answering, aSight, judged, urls } from '../../builders/connection-observed.ts'

test.each([
  ['analyst', '`analyst`'],
  ['analyst (role b)', '`analyst (role b)`'],
  ['x) (role y', '`x) (role y`'],
  ['two\nlines', '`two\\nlines`'],
])('a role that opens everything is named as it is called: %j', (role, quoted) => {
  const seen = aSight({ endpoints: urls.map(url => answering(url, { byRole: { [role]: ['*'] } })) })
  const told = judged(seen)
  expect(told.short('ReaderVerified')).toBe('False GrantBroaderThanDeclared')
  expect(told.message('ReaderVerified')).toContain(`Run: REVOKE ${quoted} FROM \`datalens\`; The operator`)
})

test('a prefix whose name looks like the text of a role is taken back as a prefix', () => {
  const seen = aSight({ endpoints: urls.map(url => answering(url, { grants: ['a (role b)*'] })) })
  expect(judged(seen).message('ReaderVerified')).toContain(
    'Run: REVOKE SELECT ON `a (role b)`*.* FROM `datalens`; The operator',
  )
})

test('where somebody else grants, the declared prefix is fine for the user and not by a role', () => {
  const spec = { reader: { user: 'datalens', management: 'External', grants: 'External' } } as const
  const fine = aSight({ spec, endpoints: urls.map(url => answering(url, { grants: ['client_*'] })) })
  expect(judged(fine).short('ReaderVerified')).toBe('True ReaderVerified')
  const byRole = { analyst: ['client_*'] }
  const wider = aSight({ spec, endpoints: urls.map(url => answering(url, { byRole })) })
  expect(judged(wider).message('ReaderVerified')).toContain('Run: REVOKE `analyst` FROM `datalens`; The')
})
