import type { CommandEntry } from '../frame/entry.ts'

/** The commands behind `lenskeeper key`. */
export const keyCommands: readonly CommandEntry[] = [
  {
    name: 'list',
    summary: 'the keys of both sides, their tokens, and which DataLens may withdraw',
    needs: 'to read the PartnerKey',
    load: async () => (await import('./list.ts')).keyList,
  },
  {
    name: 'export',
    summary: 'writes a private key to a file, for the vault',
    needs: 'to read Secrets in its namespace',
    load: async () => (await import('./export.ts')).keyExport,
  },
  {
    name: 'import',
    summary: 'brings a private key back from the vault',
    needs: 'to make Secrets in its namespace',
    load: async () => (await import('./import.ts')).keyImport,
  },
]
