/** The stand-in as a process of its own, so that its processor time is told apart. Its parent tells it what to do. */
import { StandInServer } from './server.ts'
import { newWorld } from './world.ts'

/** From the parent: the start, once, and then questions for the number of statements. */
export type Command =
  | {
      readonly type: 'start'
      readonly admin: { readonly username: string; readonly password: string }
      readonly statementMs: number
    }
  | { readonly type: 'count' }

/** The answer to each. */
export interface State {
  readonly port: number
  readonly statements: number
}

let server: StandInServer | undefined
let port = 0

async function obey(command: Command): Promise<State> {
  if (command.type === 'start') {
    server = new StandInServer({ world: newWorld(command.admin), statementMs: command.statementMs })
    port = await server.listen()
  }
  return { port, statements: server?.statements ?? 0 }
}

process.on('message', (command: Command) => {
  void obey(command).then(state => process.send?.(state))
})
// The parent has ended, however.
process.on('disconnect', () => process.exit())
// Ctrl-C reaches the whole process group. The parent ends in order.
process.on('SIGINT', () => undefined)
