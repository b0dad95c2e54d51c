/** Which releases of ClickHouse are supported. Pure. */
import { hostOf } from '../endpoint/host.ts'
import { ClickHouseError } from '../errors.ts'
import type { EndpointView } from './snapshot.ts'

/** The oldest ClickHouse that is supported, as `major.minor`. */
export const oldestSupported = '25.8'

/** Whether a version such as `26.7.2.1` is at least the oldest supported; one that cannot be read is not. */
export function isSupported(version: string): boolean {
  return compareReleases(version, oldestSupported) >= 0
}

/** Compares year and release alone. Negative when `a` is older. */
export function compareReleases(a: string, b: string): number {
  const [majorA, minorA] = release(a)
  const [majorB, minorB] = release(b)
  return majorA - majorB || minorA - minorB
}

/** An endpoint of an older release cannot be used. The others are none the worse for it. */
export function withoutOld(views: readonly EndpointView[]): EndpointView[] {
  return views.map(view => {
    if (!view.ok || isSupported(view.data.version)) return view
    const { url, takenAt, servers, data } = view
    return { url, ok: false, error: tooOld(hostOf(url), data.version), takenAt, servers }
  })
}

function tooOld(host: string, version: string): ClickHouseError {
  const which = /^[\d.]{1,32}$/.test(version) ? version : 'of an unknown version'
  return new ClickHouseError(
    'serverTooOld',
    `${host} runs ClickHouse ${which}, and ${oldestSupported} or newer is needed: upgrade it`,
  )
}

function release(version: string): readonly [number, number] {
  const found = /^(\d+)\.(\d+)/.exec(version)
  return found === null ? [0, 0] : [Number(found[1]), Number(found[2])]
}
