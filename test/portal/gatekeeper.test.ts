/** Who is let in when many come, and how many guesses are judged; without the real hashes, which are slow on purpose. */
import { expect, test } from 'vitest'
import { accountsOf } from '../../examples/portal/src/accounts.ts'
import { Gatekeeper } from '../../examples/portal/src/gatekeeper.ts'

const tenants = ['acme', 'globex'].map(id => ({ id, name: id, params: { tenant: id } }))

function gatekeeper(): Gatekeeper {
  const passwords = { read: async () => new Map([['acme', 'right']]) }
  return new Gatekeeper(accountsOf(tenants), passwords, async (password, kept) => password === kept)
}

async function statuses(
  keeper: Gatekeeper,
  attempts: readonly { readonly name: string; readonly password: string; readonly ip: string }[],
): Promise<readonly number[]> {
  const refusals = await Promise.all(attempts.map(attempt => keeper.refusalOf(attempt)))
  return refusals.map(refusal => refusal?.status ?? 303)
}

const many = <T>(length: number, one: (at: number) => T): readonly T[] =>
  Array.from({ length }, (_, at) => one(at))

test('all of an account are let in who come at once with its password, from one address too', async () => {
  const right = many(200, () => ({ name: 'acme', password: 'right', ip: '10.0.0.1' }))
  expect(new Set(await statuses(gatekeeper(), right))).toEqual(new Set([303]))
})

test('of many who guess at once only a few are judged', async () => {
  const guesses = many(200, at => ({ name: 'acme', password: `guess ${at}`, ip: '10.0.0.1' }))
  const judged = (await statuses(gatekeeper(), guesses)).filter(status => status === 401)
  expect(judged.length).toBeGreaterThanOrEqual(10)
  expect(judged.length).toBeLessThan(14)
})

test('a hundred wrong passwords for an account are enough, from however many addresses', async () => {
  const keeper = gatekeeper()
  const guesses = many(300, at => ({ name: 'acme', password: 'guess', ip: `10.0.0.${at}` }))
  const judged = (await statuses(keeper, guesses)).filter(status => status === 401)
  expect(judged.length).toBeGreaterThanOrEqual(100)
  expect(judged.length).toBeLessThan(104)
  const after = [
    { name: 'acme', password: 'right', ip: '10.1.0.1' },
    { name: 'globex', password: 'guess', ip: '10.0.0.1' },
  ]
  expect(await statuses(keeper, after)).toEqual([429, 401])
})
