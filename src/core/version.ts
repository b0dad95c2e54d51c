import manifest from '../../package.json' with { type: 'json' }

/** Of this program, by semantic versioning. Its one home is package.json. */
export const { version } = manifest

/** How a program of this project names itself to servers, for their logs: `lenskeeper/0.1.0`. */
export function userAgentOf(program: string): string {
  return `${program}/${version}`
}
