#!/usr/bin/env node
import { dispatch, type Entry } from './cli/frame/dispatch.ts'
import { keyCommands } from './cli/keys/commands.ts'
import { rolloutCommands } from './cli/rollout/commands.ts'
import { processTerminal } from './cli/frame/terminal.ts'

const commands: readonly Entry[] = [
  { name: 'run', summary: 'the operator', load: async () => (await import('./cli/run.ts')).run },
  {
    name: 'verify',
    summary: 'checks an access token as DataLens would',
    load: async () => (await import('./cli/token/verify.ts')).verify,
  },
  {
    name: 'status',
    summary: 'how connections, keys and tenants are',
    load: async () => (await import('./cli/state/status.ts')).status,
  },
  {
    name: 'explain',
    summary: 'where a tenant stands, and what to do',
    load: async () => (await import('./cli/state/explain.ts')).explain,
  },
  {
    name: 'token',
    summary: 'what an access token is, without showing it',
    load: async () => (await import('./cli/token/inspect.ts')).token,
  },
  {
    name: 'check',
    summary: 'the operator’s ClickHouse account and the reader, right by right',
    load: async () => (await import('./cli/server/check.ts')).check,
  },
  {
    name: 'orphans',
    summary: 'databases and grants that nobody declares any more',
    load: async () => (await import('./cli/server/orphans.ts')).orphans,
  },
  {
    name: 'rollout',
    summary: 'new key versions on their way to the tenants: status, plan, pause, resume, promote, undo',
    commands: rolloutCommands,
  },
  {
    name: 'keys',
    summary: 'the keys of both sides, and which DataLens may withdraw',
    load: async () => (await import('./cli/keys/list.ts')).keys,
  },
  {
    name: 'key',
    summary: 'private keys to the vault and back: export, import',
    commands: keyCommands,
  },
  {
    name: 'handover',
    summary: 'what the DataLens manager needs to know, as Markdown and files',
    load: async () => (await import('./cli/handover/handover.ts')).handover,
  },
  {
    name: 'sql',
    summary: 'prints the statements for the operator’s ClickHouse account',
    load: async () => (await import('./cli/server/sql.ts')).sql,
  },
  {
    name: 'lint',
    summary: 'checks YAML before it is applied, without a cluster',
    load: async () => (await import('./cli/lint/lint.ts')).lint,
  },
  {
    name: 'crds',
    summary: 'prints the custom resource definitions',
    load: async () => (await import('./cli/crds.ts')).crds,
  },
  {
    name: 'demo',
    summary: 'everything on this machine, with samples and checks',
    load: async () => (await import('./cli/local/demo.ts')).demo,
  },
  {
    name: 'dev',
    summary: 'a control plane, ClickHouse and the operator to try things on',
    load: async () => (await import('./cli/local/dev.ts')).dev,
  },
]

process.exitCode = await dispatch(process.argv.slice(2), commands, processTerminal())
