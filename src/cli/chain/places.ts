import type { Chain } from './chain.ts'

/** What to open, and who may log in, as lines for people. */
export function placesOf({
  sandbox,
  portal,
}: Pick<Chain, 'sandbox' | 'portal'>): readonly (readonly [name: string, value: string])[] {
  return [
    ['portal', portal.url],
    ...portal.users.map(({ name, password }): [string, string] => [
      '',
      `log in as ${name.padEnd(8)} ${password}`,
    ]),
    ['sandbox', `${sandbox.url}  what it saw: ${sandbox.url}/_sandbox/trace`],
  ]
}
