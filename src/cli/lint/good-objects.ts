/** What checks of several objects ask of each. */
import type { KubeObject, ObjectKey } from '../../api/object.ts'
import { findingAt, type CheckName, type Finding, type GoodObject } from './finding.ts'
import type { Path } from './structural-schema.ts'

export function say(
  object: GoodObject,
  check: CheckName,
  path: Path,
  ...[message, severity]: readonly [message: string, severity?: 'warning']
): Finding {
  return findingAt(object.found, object, {
    check,
    path,
    message,
    ...(severity === undefined ? {} : { severity }),
  })
}

export function whereIs({ found }: GoodObject): string {
  const { file, line } = found.place([])
  return `${file}:${line}`
}

export function ofKind(objects: readonly GoodObject[], kind: string): readonly GoodObject[] {
  return objects.filter(object => object.kind === kind)
}

export function keyOf({ namespace, name }: GoodObject): ObjectKey {
  return `${namespace}/${name}`
}

/** The object with the namespace that it will have. Its schema has been checked, so the type holds. */
export function located({ namespace, name, value }: GoodObject): KubeObject {
  return { ...value, metadata: { ...(value['metadata'] as object), namespace, name } }
}
