/** Labels by metric, as the table of docs/operations.md has them; a test holds its names to the real ones. */
import { pageAt } from '../docs/pages.ts'

const row = /^\| `(lenskeeper_\w+)` \| ([^|]*)\|/gm

export const labelsOf: ReadonlyMap<string, readonly string[]> = new Map(
  [...pageAt('docs/operations.md').prose.matchAll(row)].map(([, metric = '', cell = '']) => [
    metric,
    [...cell.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
  ]),
)
