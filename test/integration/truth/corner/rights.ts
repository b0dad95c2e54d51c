/**
 * The operator's right to write Secrets, namespace by namespace, so that one of them can be without it. Together it may
 * do what deploy/ lets it do.
 */
import type { World } from '../../../cluster/world.ts'
import { eventually } from '../../../time/eventually.ts'

const writer = 'truth-secret-writer'
const account = { kind: 'ServiceAccount', name: 'lenskeeper', namespace: 'lenskeeper-system' }
const rbac = 'rbac.authorization.k8s.io'

interface Rule {
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

const reading: ReadonlySet<string> = new Set(['get', 'list', 'watch'])

/** To be done once, before any operator runs. */
export async function divideRights(world: World): Promise<void> {
  const role = JSON.parse(await world.kubectl(['get', 'clusterrole', 'lenskeeper', '-o', 'json'])) as {
    readonly rules: readonly Rule[]
  }
  const isOfSecrets = ({ resources }: Rule): boolean => resources.includes('secrets')
  const only = (rule: Rule, reads: boolean): Rule => ({
    ...rule,
    verbs: rule.verbs.filter(verb => reading.has(verb) === reads),
  })
  const written = role.rules.filter(isOfSecrets).map(rule => only(rule, false))
  const rules = role.rules.map(rule => (isOfSecrets(rule) ? only(rule, true) : rule))
  await world.apply({
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: writer },
    rules: written,
  })
  await world.kubectl(['patch', 'clusterrole', 'lenskeeper', '--type=merge', '-p', JSON.stringify({ rules })])
}

/** Resolves once the API server goes by it, as what is refused meanwhile is tried again much later. */
export async function giveRights(world: World, namespace: string): Promise<void> {
  await world.apply({
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: writer, namespace },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: writer },
    subjects: [account],
  })
  await eventually(() => mayCreateSecrets(world, namespace), {
    what: `the right is given in ${namespace}`,
    everyMs: 20,
  })
}

/** The same. */
export async function takeRights(world: World, namespace: string): Promise<void> {
  await world.kubectl(['delete', 'rolebinding', writer, '-n', namespace])
  await eventually(async () => !(await mayCreateSecrets(world, namespace)), {
    what: `the right is taken in ${namespace}`,
    everyMs: 20,
  })
}

async function mayCreateSecrets({ transport }: World, namespace: string): Promise<boolean> {
  const apiVersion = 'authorization.k8s.io/v1'
  const user = `system:serviceaccount:${account.namespace}:${account.name}`
  const resourceAttributes = { namespace, verb: 'create', resource: 'secrets' }
  const { status } = await transport.request<{ readonly status: { readonly allowed: boolean } }>(
    {
      method: 'POST',
      path: `/apis/${apiVersion}/subjectaccessreviews`,
      body: { apiVersion, kind: 'SubjectAccessReview', spec: { user, resourceAttributes } },
    },
    new AbortController().signal,
  )
  return status.allowed
}
