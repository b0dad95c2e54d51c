import type { CommandEntry } from './dispatch.ts'

/** The commands behind `lenskeeper key`. */
export const keyCommands: readonly CommandEntry[] = [
  {
    name: 'export',
    summary: 'writes a private key to a file, for the vault',
    load: async () => (await import('./key-export.ts')).keyExport,
  },
  {
    name: 'import',
    summary: 'brings a private key back from the vault',
    load: async () => (await import('./key-import.ts')).keyImport,
  },
]
