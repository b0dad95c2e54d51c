import manifest from '../../package.json' with { type: 'json' }

/** Of this program, by semantic versioning. Its one home is package.json. */
export const { version } = manifest
