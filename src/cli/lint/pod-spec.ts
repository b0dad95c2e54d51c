/** Where a workload's containers take something from a Secret once and for all. It reads YAML that nobody has checked. Pure. */
import type { FoundObject } from './files.ts'
import { isRecord } from '../../core/record.ts'
import type { Path } from './structural-schema.ts'

type Fields = Readonly<Record<string, unknown>>

interface Workload {
  readonly group: '' | 'apps' | 'batch'
  readonly path: Path
  /** Its pods end by themselves. */
  readonly runsOnce?: true
}

const template: Path = ['spec', 'template', 'spec']

const workloads: Readonly<Record<string, Workload>> = {
  Pod: { group: '', path: ['spec'] },
  Deployment: { group: 'apps', path: template },
  StatefulSet: { group: 'apps', path: template },
  DaemonSet: { group: 'apps', path: template },
  ReplicaSet: { group: 'apps', path: template },
  Job: { group: 'batch', path: template, runsOnce: true },
  CronJob: { group: 'batch', path: ['spec', 'jobTemplate', ...template], runsOnce: true },
}

/** A use of a Secret that keeps what was there when the container started. */
export interface FrozenUse {
  /** The Secret's name. */
  readonly secret: string
  readonly way: 'env' | 'subPath'
  readonly path: Path
  /** In a pod that ends by itself. */
  readonly runsOnce: boolean
}

type FoundUse = Omit<FrozenUse, 'runsOnce'>

/** Empty for what is no workload. */
export function frozenUses({ apiVersion, kind, value }: FoundObject): readonly FrozenUse[] {
  const workload = Object.hasOwn(workloads, kind) ? workloads[kind] : undefined
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : ['']
  if (workload === undefined || group !== workload.group) return []
  const pod = fieldsAt(value, workload.path)
  const volumes = secretsByVolume(pod)
  return ['containers', 'initContainers'].flatMap(list =>
    items(pod, list).flatMap(([container, index]) => {
      const at = [...workload.path, list, index]
      const uses = [...fromEnv(container, at), ...fromSubPaths(container, at, volumes)]
      return uses.map(use => ({ ...use, runsOnce: workload.runsOnce === true }))
    }),
  )
}

function fromEnv(container: Fields, at: Path): readonly FoundUse[] {
  const single = items(container, 'env').map(([item, index]) => ({
    secret: fieldsAt(item, ['valueFrom', 'secretKeyRef'])['name'],
    path: [...at, 'env', index, 'valueFrom', 'secretKeyRef', 'name'],
  }))
  const whole = items(container, 'envFrom').map(([item, index]) => ({
    secret: fieldsAt(item, ['secretRef'])['name'],
    path: [...at, 'envFrom', index, 'secretRef', 'name'],
  }))
  return [...single, ...whole].flatMap(({ secret, path }) =>
    typeof secret === 'string' ? [{ secret, way: 'env', path }] : [],
  )
}

/** kubelet replaces the files of a volume, but not one that was mounted out of it by itself. */
function fromSubPaths(
  container: Fields,
  at: Path,
  volumes: ReadonlyMap<unknown, readonly string[]>,
): readonly FoundUse[] {
  return items(container, 'volumeMounts').flatMap(([mount, index]) => {
    const field = ['subPath', 'subPathExpr'].find(
      name => typeof mount[name] === 'string' && mount[name] !== '',
    )
    if (field === undefined) return []
    const path = [...at, 'volumeMounts', index, field]
    return (volumes.get(mount['name']) ?? []).map(secret => ({ secret, way: 'subPath', path }))
  })
}

/** The names of the Secrets in each volume, also in a projected one. */
function secretsByVolume(pod: Fields): ReadonlyMap<unknown, readonly string[]> {
  const entries = items(pod, 'volumes').map(([volume]) => {
    const projected = items(fieldsAt(volume, ['projected']), 'sources')
    const names = [
      fieldsAt(volume, ['secret'])['secretName'],
      ...projected.map(([source]) => fieldsAt(source, ['secret'])['name']),
    ]
    return [volume['name'], names.filter(name => typeof name === 'string')] as const
  })
  return new Map(entries)
}

function fieldsAt(value: Fields, path: Path): Fields {
  return path.reduce<Fields>((found, step) => {
    const inner = found[step]
    return isRecord(inner) ? inner : {}
  }, value)
}

function items(value: Fields, name: string): readonly (readonly [item: Fields, index: number])[] {
  const list = value[name]
  if (!Array.isArray(list)) return []
  return list.flatMap((item: unknown, index) => (isRecord(item) ? [[item, index] as const] : []))
}
