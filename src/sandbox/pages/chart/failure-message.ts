import type { IconName } from '../icons.ts'
import { chartTexts } from '../texts/chart.ts'
import type { Language } from '../texts/language.ts'
import type { Failure, FailureKind } from './failure.ts'
import { message } from './message.ts'

export interface FailureMessageOptions {
  readonly language: Language
  /** Undefined where asking again is of no use. */
  readonly again: (() => void) | undefined
}

const icons: Readonly<Partial<Record<FailureKind, IconName>>> = {
  expired: 'clock',
  source: 'away',
  network: 'away',
  unreadable: 'connection',
}

export function failureMessage(
  { kind, detail }: Failure,
  { language, again }: FailureMessageOptions,
): HTMLElement {
  const texts = chartTexts[language]
  const [title, hint] = texts.failures[kind]
  return message({
    icon: icons[kind] ?? 'warning',
    title,
    hint,
    bad: true,
    detail,
    again: again && { label: texts.again, onClick: again },
  })
}
