/** `@lenskeeper/embed/browser`: what the package gives to a page. Importing it does nothing, on a server neither. */
export { mount, type MountedEmbed, type MountOptions } from './mount.ts'
export { defineLensEmbed, type LensEmbedElement, type LensEmbedStateEvent } from './element.ts'
export type { EmbedState, EmbedStatus } from './status.ts'
export type { FailureReason } from './answer.ts'
export type { Link } from '../link.ts'
