import type { CommandEntry } from '../frame/entry.ts'

/** The commands behind `lenskeeper embed`. */
export const embedCommands: readonly CommandEntry[] = [
  {
    name: 'inspect',
    summary: 'what an embed link or token is, and whether DataLens would take it, without showing it',
    needs: 'nothing; for the signature, the public key as a file',
    load: async () => (await import('./inspect.ts')).embedInspect,
  },
  {
    name: 'link',
    summary: 'signs a link with a key file, for trying',
    needs: 'the private key as a file',
    load: async () => (await import('./link.ts')).embedLink,
  },
]
