/** Objects as the API server gives them back: a test writes what it is about, and the schema fills in the rest. */
import type { ResourceDefinition } from '../../src/api/definition/resource.ts'
import type { KubeObject, ObjectMeta } from '../../src/api/object.ts'
import { withDefaults } from '../../src/cli/lint/structural-schema.ts'

export interface Written<Spec, Status> {
  readonly metadata?: Partial<ObjectMeta>
  readonly spec?: Partial<Spec>
  readonly status?: Status | undefined
}

export function asRead(
  { apiVersion, kind, schema }: ResourceDefinition,
  {
    metadata,
    spec,
    status,
  }: { readonly metadata: ObjectMeta; readonly spec: object; readonly status?: object | undefined },
): KubeObject {
  const object = { apiVersion, kind, metadata, spec, ...(status === undefined ? {} : { status }) }
  return withDefaults(schema, object) as KubeObject
}
