/** What a partner copies: its package, its types, its image and its manifest. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { describe, expect, test } from 'vitest'
import { linkEmbed } from '../../scripts/link-embed.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8')

interface Manifest {
  readonly engines: { readonly node: string }
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

describe('its package', () => {
  test('has exact versions, and those that are tested here', async () => {
    const own = JSON.parse(await read('examples/portal/package.json')) as Manifest
    const ours = JSON.parse(await read('package.json')) as Manifest
    const tested: Readonly<Record<string, string>> = {
      ...ours.dependencies,
      ...ours.devDependencies,
      '@lenskeeper/embed': 'file:../../dist/embed',
    }
    for (const [name, version] of Object.entries({ ...own.dependencies, ...own.devDependencies }))
      expect({ [name]: version }).toEqual({ [name]: tested[name] })
  })

  test('fits its types, as a partner checks them', async () => {
    await linkEmbed()
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', 'examples/portal'], {
      cwd: root,
    })
    expect(stdout).toBe('')
  })
})

interface KubeObject {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly data?: Readonly<Record<string, string>>
  readonly spec: { readonly template: { readonly spec: PodSpec } }
}

interface PodSpec {
  readonly securityContext: unknown
  readonly containers: readonly {
    readonly image: string
    readonly env: readonly { readonly name: string; readonly value: string }[]
    readonly volumeMounts: readonly {
      readonly name: string
      readonly mountPath: string
      readonly subPath?: string
    }[]
  }[]
  readonly volumes: readonly {
    readonly name: string
    readonly secret?: { readonly secretName: string; readonly optional: boolean }
  }[]
}

describe('its manifest', async () => {
  const objects = parseAllDocuments(await read('examples/portal/portal.yaml')).map(
    one => one.toJS() as KubeObject,
  )
  const pod = objects.find(({ kind }) => kind === 'Deployment')?.spec.template.spec
  const [container] = pod?.containers ?? []
  const env = new Map(container?.env.map(({ name, value }) => [name, value]))
  const readme = await read('examples/portal/README.md')

  test('has all that is needed, in the namespace of the tenants', () => {
    expect(objects.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
      ['ConfigMap', 'tenants'],
      ['Deployment', 'tenants'],
      ['Service', 'tenants'],
    ])
  })

  test('mounts Secrets as whole folders where the portal looks for them, and starts without them', () => {
    const secrets = (pod?.volumes ?? []).filter(({ secret }) => secret !== undefined)
    expect(secrets.map(({ name, secret }) => [name, secret?.secretName])).toEqual([
      ['passwords', 'portal-passwords'],
      ['embed-key', 'sales-embed-key'],
      ['lobby', 'lobby-embed'],
      ['token-acme', 'client-1234383-datalens'],
      ['token-globex', 'client-1234384-token'],
    ])
    for (const { secret } of secrets) {
      expect(secret?.optional).toBe(true)
      expect(readme).toContain(`\`${secret?.secretName}\``)
    }
    const mounts = container?.volumeMounts ?? []
    expect(mounts.filter(({ subPath }) => subPath !== undefined)).toEqual([])
    expect(mounts.map(({ name, mountPath }) => [name, mountPath])).toEqual([
      ['config', '/etc/portal/config'],
      ['passwords', '/etc/portal/passwords'],
      ['embed-key', '/etc/portal/embed-key'],
      ['lobby', '/etc/portal/lobby'],
      ['token-acme', '/etc/portal/tokens/acme'],
      ['token-globex', '/etc/portal/tokens/globex'],
    ])
    expect(env.get('PASSWORDS_FILE')).toBe('/etc/portal/passwords/passwords')
  })

  test('sets only what the portal knows, and its README says what that is', async () => {
    const known = new Set(
      [...(await read('examples/portal/src/config.ts')).matchAll(/\bget\('([A-Z_]+)'\)/g)].map(
        ([, name]) => name,
      ),
    )
    expect([...env.keys()].filter(name => !known.has(name))).toEqual([])
    for (const name of known) expect(readme).toContain(`\`${name}\``)
    const tenants = objects.find(({ kind }) => kind === 'ConfigMap')?.data?.['tenants.json'] ?? ''
    expect(JSON.parse(tenants)).toEqual(JSON.parse(await read('examples/portal/tenants.json')))
  })

  test('runs as the user of the image, which is as safe as the operator’s', async () => {
    const dockerfile = await read('examples/portal/Dockerfile')
    // By number, so that Kubernetes can tell that it is not root.
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m)
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true })
    expect(pod?.securityContext).not.toHaveProperty('runAsUser')
    expect(container).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    })
    expect(/^ARG NODE_VERSION=(\S+)$/m.exec(dockerfile)?.[1]).toBe(process.version.slice(1))
  })

  test('the image holds what the program needs', async () => {
    const copied = [
      ...(await read('examples/portal/Dockerfile')).matchAll(/^COPY (?!--from)(\S+) \S+$/gm),
    ].map(([, name]) => name)
    const included = [...(await read('examples/portal/.dockerignore')).matchAll(/^!(.+)$/gm)].map(
      ([, name]) => name,
    )
    expect(new Set(copied)).toEqual(new Set(included))
    expect(copied).toEqual(expect.arrayContaining(['src', 'views', 'public', 'tenants.json', 'package.json']))
  })
})
