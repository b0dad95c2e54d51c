/** `@lenskeeper/embed`: what the package gives to a server. The page's part is `@lenskeeper/embed/browser`. */
export {
  embedder,
  type Embedder,
  type EmbedderOptions,
  type SignedParams,
  type SignRequest,
} from './embedder.ts'
export { sharedLink, type SharedLink, type SharedLinkOptions } from './shared-link.ts'
export { keyFile, type KeyFileOptions } from './keys/key-file.ts'
export type { KeyFromOutside, KeySource } from './keys/key-source.ts'
export type { SigningKey } from './keys/signing-key.ts'
export { inspect, type Check, type InspectOptions, type Inspection, type TokenFault } from './inspect.ts'
export type { PageAddress } from './page-address.ts'
export { EmbedError, type EmbedErrorCode } from './errors.ts'
export type { Display } from './address.ts'
export type { Link } from './link.ts'
export type { Params, ParamValue } from './parameters.ts'
export type { EmbedKind, Platform } from './platform.ts'
export type { FetchEndpoint } from './endpoint/fetch.ts'
export type { NodeEndpoint, NodeRequest } from './endpoint/node-http.ts'
