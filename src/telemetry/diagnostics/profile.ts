/**
 * Profiles of this process. They hold names of functions and of files, and numbers. A snapshot of the heap would hold
 * everything that is in memory, keys among it, and so there is none.
 */
import { Session } from 'node:inspector/promises'
import { sleep, type Clock } from '../../core/clock.ts'

export type ProfileKind = 'cpu' | 'heap'

/** A byte in so many is looked at. */
const samplingBytes = 128 * 1024

/** As Chrome and Speedscope read it: of `cpu` where time goes, of `heap` who holds what was made meanwhile. */
export async function takeProfile(
  kind: ProfileKind,
  options: { readonly ms: number; readonly clock: Clock },
  signal: AbortSignal,
): Promise<unknown> {
  const session = new Session()
  session.connect()
  try {
    return kind === 'cpu'
      ? await cpuProfile(session, options, signal)
      : await heapProfile(session, options, signal)
  } finally {
    session.disconnect()
  }
}

async function cpuProfile(
  session: Session,
  { ms, clock }: { readonly ms: number; readonly clock: Clock },
  signal: AbortSignal,
): Promise<unknown> {
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
  await sleep(clock, ms, signal)
  return (await session.post('Profiler.stop')).profile
}

async function heapProfile(
  session: Session,
  { ms, clock }: { readonly ms: number; readonly clock: Clock },
  signal: AbortSignal,
): Promise<unknown> {
  await session.post('HeapProfiler.startSampling', { samplingInterval: samplingBytes })
  await sleep(clock, ms, signal)
  return (await session.post('HeapProfiler.stopSampling')).profile
}
