import type { EndpointView } from '../../../clickhouse/catalog/snapshot.ts'

export interface ServerTime {
  /** The latest that any endpoint says: what begins now begins no sooner. Undefined when none says the time. */
  readonly latest: number | undefined
  /** The earliest, once all of them say it: what is over by now is over everywhere. */
  readonly earliest: number | undefined
}

/**
 * What time it is, in milliseconds since the epoch. The servers' clocks count, which the data live by; the operator's
 * may stand anywhere. A server's clock that jumps ahead hurries nothing while another's does not.
 */
export function serverTime(endpoints: readonly EndpointView[]): ServerTime {
  const times = endpoints.map(view => (view.ok ? view.data.time : undefined))
  const known = times.filter(time => time !== undefined)
  if (known.length === 0) return { latest: undefined, earliest: undefined }
  return {
    latest: Math.max(...known),
    earliest: known.length < times.length ? undefined : Math.min(...known),
  }
}
