import type { CommandEntry } from '../frame/dispatch.ts'

/** The commands behind `lenskeeper rollout`. */
export const rolloutCommands: readonly CommandEntry[] = [
  {
    name: 'status',
    summary: 'where it stands; --wait waits for its end',
    load: async () => (await import('./status.ts')).rolloutStatus,
  },
  {
    name: 'plan',
    summary: 'what new key versions would change, in which order, and how long it takes',
    load: async () => (await import('./plan.ts')).rolloutPlan,
  },
  {
    name: 'pause',
    summary: 'no further tenant moves',
    load: async () => (await import('./edit.ts')).rolloutPause,
  },
  {
    name: 'resume',
    summary: 'goes on from where it is',
    load: async () => (await import('./edit.ts')).rolloutResume,
  },
  {
    name: 'promote',
    summary: 'lets the others follow the canary',
    load: async () => (await import('./edit.ts')).rolloutPromote,
  },
  {
    name: 'undo',
    summary: 'sets the versions back',
    load: async () => (await import('./edit.ts')).rolloutUndo,
  },
]
