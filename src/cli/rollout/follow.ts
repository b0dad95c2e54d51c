/** Looks at a rollout until it ends: a bar on a terminal, a line for each thing that has happened elsewhere. */
import { sleep, type Clock } from '../../core/clock.ts'
import { codeOf, isRetryable } from '../../core/errors.ts'
import type { Terminal } from '../frame/command.ts'
import { stylesFor } from '../frame/styles.ts'
import { barLine, progressLine } from './text.ts'
import { hasEnded, type RolloutView } from '../partner-key/view.ts'
import { printable } from '../frame/table.ts'

export interface FollowOptions {
  readonly terminal: Terminal
  readonly clock: Clock
  /** Undefined: no end. */
  readonly timeoutMs: number | undefined
}

export interface Followed {
  /** The latest; undefined when not even one look succeeded in time. */
  readonly view: RolloutView | undefined
  readonly timedOut: boolean
}

const lookMs = 1000

/**
 * Ends when the rollout is complete, stopped, or held by its keys, or at the time-out. Goes on while the API server
 * does not answer, and says so. Writes only where progress goes, so that a script's output stays clean.
 * @throws what `look` throws for good, or the terminal's signal's reason
 */
export async function follow(
  look: (signal: AbortSignal) => Promise<RolloutView>,
  { terminal, clock, timeoutMs }: FollowOptions,
): Promise<Followed> {
  const show = terminal.redraws ? showBar(terminal, clock) : showLines(terminal)
  const patience = waitAtMost(timeoutMs, clock)
  // The time-out also ends a look that is under way.
  const signal = AbortSignal.any([terminal.signal, patience.signal])
  let view: RolloutView | undefined
  try {
    for (;;) {
      view = (await lookOnce(look, show, signal)) ?? view
      if (view !== undefined) show.view(view)
      if (view !== undefined && hasEnded(view)) return { view, timedOut: false }
      await sleep(clock, lookMs, signal)
    }
  } catch (error) {
    if (terminal.signal.aborted || !patience.signal.aborted) throw error
    return { view, timedOut: true }
  } finally {
    patience.cancel()
    show.close()
  }
}

/** Aborts after so many milliseconds, or never. */
function waitAtMost(ms: number | undefined, clock: Clock) {
  const timer = new AbortController()
  const end = (): void => timer.abort(new Error('the time is up'))
  return { signal: timer.signal, cancel: ms === undefined ? () => {} : clock.after(ms, end) }
}

interface Display {
  view(view: RolloutView): void
  /** Something that is no progress. Repeated only after something else. */
  note(text: string): void
  close(): void
}

async function lookOnce(
  look: (signal: AbortSignal) => Promise<RolloutView>,
  show: Display,
  signal: AbortSignal,
): Promise<RolloutView | undefined> {
  try {
    return await look(signal)
  } catch (error) {
    // A person's login that has run out does not renew itself, as the operator's does.
    if (signal.aborted || !isRetryable(error) || codeOf(error) === 'unauthorized') throw error
    show.note(
      `The API server does not answer (${error instanceof Error ? error.message : ''}); trying again.`,
    )
    return undefined
  }
}

/** What holds the rollout up, if anything does. */
function remarkOf({ verdict, ready, message }: RolloutView): string | undefined {
  return verdict === 'waiting' || verdict === 'unseen' || !ready ? printable(message) : undefined
}

function showLines(terminal: Terminal): Display {
  const say = sayOnce(text => terminal.complain(`${text}\n`))
  return {
    view(view) {
      say.line(progressLine(view))
      const remark = remarkOf(view)
      if (remark !== undefined) say.note(remark)
    },
    note: say.note,
    close() {},
  }
}

function showBar(terminal: Terminal, clock: Clock): Display {
  const styles = stylesFor(terminal)
  const erase = '\r\u001b[2K'
  let line = ''
  const say = sayOnce(text => terminal.complain(`${erase}${text}\n${line}`))
  return {
    view(view) {
      const next = barLine(view, { now: clock.now(), columns: terminal.columns ?? 80, styles })
      if (next !== line) terminal.complain(`${erase}${next}`)
      line = next
      const remark = remarkOf(view)
      if (remark !== undefined) say.note(styles.faint(remark))
    },
    note: say.note,
    close: () => terminal.complain(erase),
  }
}

/** Prints a text once, so that a poll each second does not print a line each second. */
function sayOnce(print: (text: string) => void) {
  const last = { line: '', note: '' }
  const once = (kind: keyof typeof last) => (text: string) => {
    if (last[kind] !== text) print(text)
    last[kind] = text
  }
  return { line: once('line'), note: once('note') }
}
