import { expect, test } from 'vitest'
import { kinds } from '../../../src/api/kinds.ts'

test.each(kinds.map(kind => [kind.kind, kind] as const))(
  'the status of a %s is one managed field, and its conditions are a map by type all the same',
  (_, { schema }) => {
    const status = schema.properties?.['status']
    expect(status).toHaveProperty('x-kubernetes-map-type', 'atomic')
    expect(status?.properties?.['conditions']).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    })
  },
)
