import type { CommandEntry } from '../frame/dispatch.ts'

/** The commands behind `lenskeeper key`. */
export const keyCommands: readonly CommandEntry[] = [
  {
    name: 'export',
    summary: 'writes a private key to a file, for the vault',
    load: async () => (await import('./export.ts')).keyExport,
  },
  {
    name: 'import',
    summary: 'brings a private key back from the vault',
    load: async () => (await import('./import.ts')).keyImport,
  },
]
