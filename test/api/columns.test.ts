import { expect, test } from 'vitest'
import type { ConditionType } from '../../src/api/definition/condition-type.ts'
import type { PrinterColumn } from '../../src/api/definition/resource.ts'
import { kinds } from '../../src/api/kinds.ts'

/** What shows a condition in the table, where it is not a column of its own. */
const shownBy: Readonly<Record<string, string>> = {
  'ClickHouseConnection Reachable': '.status.reachableEndpoints',
  'PartnerKey RolledOut': '.status.rollout.phase',
  'SecureEmbed TokenPublished': '.status.expiresAt',
  // A part of what Ready says.
  'ConnectorTenant DatabaseReady': 'Ready',
  'ConnectorTenant AccessGranted': 'Ready',
  'ConnectorTenant TokenPublished': 'Ready',
}

function firstColumns(kind: (typeof kinds)[number]): readonly PrinterColumn[] {
  const [version] = kind.crd().spec.versions
  return version.additionalPrinterColumns.filter(({ priority = 0 }) => priority === 0)
}

test.each(kinds.map(kind => [kind.kind, kind] as const))('%s: the table fits a screen', (_name, kind) => {
  const columns = firstColumns(kind)
  expect(columns.length).toBeLessThanOrEqual(7)
  expect(columns.map(({ name }) => name).slice(-3)).toEqual(['Ready', 'Reason', 'Age'])
})

test.each(
  kinds.flatMap(kind =>
    Object.entries<ConditionType>(kind.conditions)
      .filter(([type, { good }]) => good !== undefined && type !== 'Stalled')
      .map(([type]) => [`${kind.kind} ${type}`, type, kind] as const),
  ),
)('%s shows in the table that comes without asking', (name, type, kind) => {
  const wanted = shownBy[name] ?? type
  const paths = firstColumns(kind).map(({ jsonPath }) => jsonPath)
  expect(paths.filter(path => path === wanted || path.includes(`"${wanted}"`))).not.toEqual([])
})
