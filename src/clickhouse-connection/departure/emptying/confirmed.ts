import type { ClickHouseConnection } from '../../../api/clickhouse-connection.ts'

/** The number that a person wrote in an annotation, to confirm exactly as many. Undefined for anything else. */
export function confirmedCount(
  { metadata }: Pick<ClickHouseConnection, 'metadata'>,
  annotation: string,
): number | undefined {
  const text = metadata.annotations?.[annotation]
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
