import { basename, join } from 'node:path'
import { AccessJournal } from './rights/access-journal.ts'
import { EngineClient } from './engine/client.ts'
import { Executor } from './rights/executor.ts'
import { FaultPlan } from './http/faults.ts'
import { Front } from './http/front.ts'
import { RightsEngine, type Users } from './rights/rights-engine.ts'
import { renderUsersXml } from './rights/users-xml.ts'
import { serverUuidIn } from './server-uuid-file.ts'
import type { Command, ReplicaSetup, ReplicaState, Report } from './replica-messages.ts'

/** What this process holds: one replica, that is the engine and its HTTP interface. Its parent tells it what to do. */
interface Replica {
  readonly faults: FaultPlan
  readonly front: Front
  readonly executor: Executor
  port: number
}

let replica: Replica | undefined

async function start(setup: ReplicaSetup): Promise<Replica> {
  const { directory, settings } = setup
  const admin = setup.admin.username
  const onCrash = (): boolean => process.kill(process.pid, 'SIGKILL')
  const engine = new EngineClient({ directory, onCrash })
  const render = ({ principals, identity }: Users): string =>
    renderUsersXml(principals, { admin, identity, settings })
  const executor = new Executor({
    engine,
    rights: new RightsEngine({ directory, render, onCrash }),
    journal: new AccessJournal(join(directory, 'access.jsonl')),
    admin,
    serverUuid: serverUuidIn(directory),
    settings,
  })
  await executor.open()
  const faults = new FaultPlan()
  const front = new Front({
    executor,
    faults,
    admin: setup.admin,
    version: () => engine.facts.version,
    displayName: basename(directory),
    record: statement => report({ type: 'statement', statement }),
  })
  return { faults, front, executor, port: await front.listen(setup.port) }
}

async function obey(command: Command): Promise<void> {
  if (command.type === 'start') {
    replica = await start(command.setup)
    return
  }
  if (replica === undefined) return
  if (command.type === 'faults') {
    const { faults, front, port } = replica
    const refused = faults.refusing
    faults.set(command.faults)
    if (faults.refusing) await front.close()
    else if (refused) replica.port = await front.listen(port)
  } else if (command.type === 'stop') {
    await replica.front.close()
    await replica.executor.close()
  }
}

function state(): ReplicaState {
  return { port: replica?.port ?? 0, held: replica?.faults.held ?? 0 }
}

function report(message: Report): void {
  process.send?.(message)
}

process.on('message', (command: Command) => {
  void obey(command)
    .then(
      () => report({ type: 'done', id: command.id, ...state() }),
      (error: unknown) => report({ type: 'done', id: command.id, ...state(), error: String(error) }),
    )
    .finally(() => {
      if (command.type === 'stop') process.disconnect()
    })
})
// The parent has ended, however. The engine's process ends with this one in the same way.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// Ctrl-C reaches the whole process group. The parent ends its replicas in order, so nothing is done here.
process.on('SIGINT', () => undefined)
