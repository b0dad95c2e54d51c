import type { CommandEntry } from '../frame/entry.ts'

/** The commands behind `lenskeeper rollout`. */
export const rolloutCommands: readonly CommandEntry[] = [
  {
    name: 'status',
    summary: 'where it stands; --wait waits for its end',
    needs: 'to read PartnerKeys and tenants',
    load: async () => (await import('./status.ts')).rolloutStatus,
  },
  {
    name: 'plan',
    summary: 'what new key versions would change, in which order, and how long it takes',
    needs:
      'to read PartnerKeys and tenants, ConfigMaps, and namespaces where tenants.namespaces is a selector',
    load: async () => (await import('./plan.ts')).rolloutPlan,
  },
  {
    name: 'pause',
    summary: 'no further tenant moves',
    needs: 'to read the PartnerKey; for --apply, to patch it',
    load: async () => (await import('./edit.ts')).rolloutPause,
  },
  {
    name: 'resume',
    summary: 'goes on from where it is',
    needs: 'to read the PartnerKey; for --apply, to patch it',
    load: async () => (await import('./edit.ts')).rolloutResume,
  },
  {
    name: 'promote',
    summary: 'lets the others follow the canary',
    needs: 'to read the PartnerKey; for --apply, to patch it',
    load: async () => (await import('./edit.ts')).rolloutPromote,
  },
  {
    name: 'undo',
    summary: 'sets the versions back',
    needs: 'to read the PartnerKey; for --apply, to patch it; to undo DataLens’s key, to read ConfigMaps',
    load: async () => (await import('./edit.ts')).rolloutUndo,
  },
]
