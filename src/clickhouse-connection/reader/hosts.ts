/** Which hosts DataLens, out in the internet, cannot reach. Pure. */
import type { ClickHouseConnectionSpec } from '../../api/clickhouse-connection.ts'

/** Hosts of the hand-over that are surely not public, in the order of the spec. */
export function privateHosts({ handover, endpoints }: ClickHouseConnectionSpec): readonly string[] {
  const hosts = handover?.hosts ?? endpoints.map(endpoint => new URL(endpoint).hostname)
  return hosts.filter(isPrivateHost)
}

const privateSuffixes = ['.svc', '.local', '.internal', '.localhost', '.lan', '.home.arpa']
const privateIpv4 = [
  /^0\./,
  /^10\./,
  /^127\./,
  /^169\.254\./,
  /^192\.168\./,
  /^172\.(1[6-9]|2\d|3[01])\./,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
]
const privateIpv6 = [/^::1?$/, /^f[cd]/, /^fe[89ab]/]

/** A single label, a name of a cluster or a local network, or a private address. */
export function isPrivateHost(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
  if (name.includes(':')) return privateIpv6.some(pattern => pattern.test(name))
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return privateIpv4.some(pattern => pattern.test(name))
  return !name.includes('.') || privateSuffixes.some(suffix => name.endsWith(suffix))
}
