import type { Entry } from './frame/dispatch.ts'
import { embedCommands } from './embed/commands.ts'
import { keyCommands } from './keys/commands.ts'
import { rolloutCommands } from './rollout/commands.ts'

/** Every command of `lenskeeper`, in the order of its help. */
export const catalogue: readonly Entry[] = [
  { name: 'run', summary: 'the operator', load: async () => (await import('./run.ts')).run },
  {
    name: 'verify',
    summary: 'checks an access token as DataLens would',
    load: async () => (await import('./token/verify.ts')).verify,
  },
  {
    name: 'status',
    summary: 'how connections, keys, tenants and embeds are',
    load: async () => (await import('./state/status.ts')).status,
  },
  {
    name: 'explain',
    summary: 'where a tenant or an embed stands, and what to do',
    load: async () => (await import('./state/explain.ts')).explain,
  },
  {
    name: 'token',
    summary: 'what an access token is, without showing it',
    load: async () => (await import('./token/inspect.ts')).token,
  },
  {
    name: 'embed',
    summary: 'links to embedded charts and dashboards: inspect, link',
    commands: embedCommands,
  },
  {
    name: 'check',
    summary: 'the operator’s ClickHouse account and the reader, right by right',
    load: async () => (await import('./server/check.ts')).check,
  },
  {
    name: 'orphans',
    summary: 'databases and grants that nobody declares any more',
    load: async () => (await import('./server/orphans.ts')).orphans,
  },
  {
    name: 'rollout',
    summary: 'new key versions on their way to the tenants: status, plan, pause, resume, promote, undo',
    commands: rolloutCommands,
  },
  {
    name: 'key',
    summary: 'the keys of both sides, and private ones to the vault and back: list, export, import',
    commands: keyCommands,
  },
  { name: 'keys', now: 'key list' },
  {
    name: 'handover',
    summary: 'what the DataLens manager needs to know, as Markdown and files',
    load: async () => (await import('./handover/handover.ts')).handover,
  },
  {
    name: 'sql',
    summary: 'prints the statements for the operator’s ClickHouse account',
    load: async () => (await import('./server/sql.ts')).sql,
  },
  {
    name: 'lint',
    summary: 'checks YAML before it is applied, without a cluster',
    load: async () => (await import('./lint/lint.ts')).lint,
  },
  {
    name: 'crds',
    summary: 'prints the custom resource definitions',
    load: async () => (await import('./crds.ts')).crds,
  },
  {
    name: 'demo',
    summary: 'everything on this machine, with samples and checks',
    load: async () => (await import('./local/demo.ts')).demo,
  },
  {
    name: 'dev',
    summary: 'a control plane, ClickHouse and the operator to try things on',
    load: async () => (await import('./local/dev.ts')).dev,
  },
  {
    name: 'sandbox',
    summary: 'DataLens’s side on this machine: connections, charts, embeds',
    load: async () => (await import('./local/sandbox.ts')).sandbox,
  },
]
