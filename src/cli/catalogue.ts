import type { Entry } from './frame/entry.ts'
import { embedCommands } from './embed/commands.ts'
import { keyCommands } from './keys/commands.ts'
import { rolloutCommands } from './rollout/commands.ts'

/** Every command of `lenskeeper`, in the order of its help. */
export const catalogue: readonly Entry[] = [
  {
    name: 'run',
    summary: 'the operator',
    needs: 'the operator’s role',
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'verify',
    summary: 'checks an access token as DataLens would',
    needs: 'with files, nothing; for a Secret or a ledger, to read it',
    load: async () => (await import('./token/verify.ts')).verify,
  },
  {
    name: 'status',
    summary: 'how connections, keys, tenants and embeds are',
    needs: 'to read our objects',
    load: async () => (await import('./state/status.ts')).status,
  },
  {
    name: 'explain',
    summary: 'where a tenant or an embed stands, and what to do',
    needs: 'to read the tenant or the embed; more rights, more certainty',
    load: async () => (await import('./state/explain.ts')).explain,
  },
  {
    name: 'token',
    summary: 'what an access token is, without showing it',
    needs: 'to read the Secret; for the seal, the partner’s key too',
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
    needs: 'to read the Secrets that the connection names',
    load: async () => (await import('./server/check.ts')).check,
  },
  {
    name: 'orphans',
    summary: 'databases and grants that nobody declares any more',
    needs: 'to read the Secrets that the connection names, and to list tenants everywhere',
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
    needs: 'to read the PartnerKey and ConfigMaps; for the password, the connection and its Secret',
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
    needs: 'ClickHouse, and the reader’s password as a file',
    load: async () => (await import('./local/sandbox.ts')).sandbox,
  },
  {
    name: 'report',
    summary: 'gathers what helps others to help, without secrets',
    needs: 'to read our objects and Events; with --clickhouse, the Secrets that connections name',
    load: async () => (await import('./report/report.ts')).report,
  },
  {
    name: 'completion',
    summary: 'completes commands and flags in bash, zsh, fish and kubectl',
    load: async () => (await import('./completion/completion.ts')).completion,
  },
  {
    name: 'version',
    summary: 'which version this is',
    load: async () => (await import('./version.ts')).versionCommand,
  },
]
