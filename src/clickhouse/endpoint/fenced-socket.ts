import type { Duplex } from 'node:stream'
import { CodedError } from '../../core/errors.ts'

/**
 * A socket that sends nothing while the fence is closed. A statement that was allowed may leave much later: it waits for
 * a connection to be free, or made. A process that stood still meanwhile goes on exactly there.
 */
export function fenceSocket(socket: Duplex, isOpen: () => boolean): void {
  const check = (): void => {
    if (!isOpen()) socket.destroy(new CodedError('aborted', 'it may not be sent any more'))
  }
  // What was written before is sent right after these.
  for (const event of ['connect', 'secureConnect']) socket.prependListener(event, check)
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  socket.write = (...args: unknown[]): boolean => {
    check()
    return write(...args)
  }
}
