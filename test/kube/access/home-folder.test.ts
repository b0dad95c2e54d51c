import { expect, test } from 'vitest'
import { homeFolder } from '../../../src/kube/access/home-folder.ts'

/** What Node says of a user who is in no list. */
const inNoList = (): never => {
  throw Object.assign(new Error('A system error occurred: uv_os_homedir returned ENOENT'), { code: 'ENOENT' })
}

test.each<[string, string | undefined, () => string, string | undefined]>([
  ['that of HOME', '/home/ada', () => '/elsewhere', '/home/ada'],
  ['that of HOME, for a user in no list, too', '/home/ada', inNoList, '/home/ada'],
  ['without HOME, that of the list', undefined, () => '/elsewhere', '/elsewhere'],
  ['an empty HOME counts as none', '', () => '/elsewhere', '/elsewhere'],
  ['in no list, none', undefined, inNoList, undefined],
  ['an empty one in the list is none, and never where somebody is', undefined, () => '', undefined],
])('%s', (_, home, lookUp, expected) => {
  expect(homeFolder({ HOME: home }, lookUp)).toBe(expected)
})
