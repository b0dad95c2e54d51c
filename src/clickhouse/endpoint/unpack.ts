import { pipeline, type Readable } from 'node:stream'
import { createGunzip, createInflate } from 'node:zlib'

const unpackers = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
}

/**
 * An answer as the server wrote it. Nobody asked to compress it, but some proxies do all the same, in the way that every
 * client takes. Brotli and Zstandard are not taken: there a server may have us hold megabytes for each answer.
 */
export function unpack(answer: Readable, encoding: string | string[] | undefined): Readable {
  const name = String(encoding ?? '').toLowerCase()
  if (!isKnown(name)) return answer
  // Who reads it is told of a failure.
  return pipeline(answer, unpackers[name](), () => undefined)
}

function isKnown(name: string): name is keyof typeof unpackers {
  return Object.hasOwn(unpackers, name)
}
