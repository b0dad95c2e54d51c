import type http from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock } from '../../core/clock.ts'

/** For so long a connection is kept that nobody uses, in milliseconds: servers keep one for three seconds at least. */
export const idleMs = 2_500

/**
 * The connections of an agent that wait for the next statement. One that the server has closed meanwhile would leave a
 * write on it in doubt. The agent closes them in time by its timers, but after a pause of this process, what is to be sent
 * may come before those.
 */
export class IdleConnections {
  readonly #agent: http.Agent
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #since = new WeakMap<Duplex, number>()

  constructor(agent: http.Agent, clock: Pick<Clock, 'monotonic'>) {
    this.#agent = agent
    this.#clock = clock
    agent.on('free', (socket: Duplex) => void this.#since.set(socket, clock.monotonic()))
  }

  /** Closes those that were idle for too long, by our measure or by what the server said. */
  closeOld(): void {
    const now = this.#clock.monotonic()
    for (const sockets of Object.values(this.#agent.freeSockets))
      for (const socket of sockets ?? [])
        if (now - (this.#since.get(socket) ?? 0) >= (socket.timeout || idleMs)) socket.destroy()
  }
}
