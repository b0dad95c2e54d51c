import type { Flags } from '../src/config/flags.ts'

/** What each command reports. */
export const commands = {
  onboard: ['onboard', 'onboard-live'],
  rotate: ['rotate'],
  restart: ['restart'],
  idle: ['idle'],
  failover: ['standby', 'failover'],
  guard: ['onboard', 'rotate'],
  sizing: ['onboard', 'restart', 'idle', 'standby', 'failover', 'rotate'],
  all: ['onboard', 'restart', 'idle', 'standby', 'failover', 'rotate', 'onboard-live'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type CommandName = keyof typeof commands

export const benchFlags = {
  sizes: {
    type: 'string',
    placeholder: 'N,N',
    description: 'numbers of tenants (default: 300 for guard, else 100,1000)',
  },
  runs: { type: 'string', placeholder: 'N', default: '1', description: 'how often; medians are shown' },
  workers: {
    type: 'string',
    placeholder: 'N',
    default: '16',
    description: 'the operator’s --workers, and the tenants that the ceiling’s loop works on at once',
  },
  'memory-mib': {
    type: 'string',
    placeholder: 'N',
    default: '512',
    description: 'the memory limit of the operator’s container; by default that of deploy/',
  },
  'ceiling-tenants': {
    type: 'string',
    placeholder: 'N',
    default: '2000',
    description: 'the ceiling is measured with no more tenants than that',
  },
  granted: {
    type: 'boolean',
    description:
      'the reader has its grants before the tenants come: the embedded engine takes the longer for each the more there are',
  },
  'stand-in': {
    type: 'string',
    placeholder: 'MS',
    description:
      'instead of the embedded engine, a stand-in that takes so many milliseconds for a statement, and no longer for a grant the more there are',
  },
  'idle-seconds': {
    type: 'string',
    placeholder: 'N',
    default: '60',
    description: 'how long to watch an operator that has nothing to do',
  },
  json: { type: 'string', placeholder: 'FILE', description: 'where all figures of all runs go' },
  profile: {
    type: 'string',
    placeholder: 'DIR',
    description: 'has each operator write a CPU profile there when it stops; costs some time itself',
  },
  'from-source': { type: 'boolean', description: 'runs src/ instead of the bundle of the image' },
  help: { type: 'boolean', short: 'h', description: 'this text' },
} as const satisfies Flags
