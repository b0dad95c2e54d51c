import type { Sandbox } from '../../sandbox/http/server.ts'
import type { Portal } from './portal.ts'

export interface Places {
  readonly sandbox: Pick<Sandbox, 'url'>
  readonly portal: Pick<Portal, 'url' | 'users'>
}

/** What to open, and who may log in, as lines for people. */
export function placesOf({ sandbox, portal }: Places): readonly (readonly [name: string, value: string])[] {
  return [
    ['portal', portal.url],
    ...portal.users.map(({ name, password }): [string, string] => [
      '',
      `log in as ${name.padEnd(8)} ${password}`,
    ]),
    ['sandbox', `${sandbox.url}  what it saw: ${sandbox.url}/_sandbox/trace`],
  ]
}
