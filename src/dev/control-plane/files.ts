import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The files of a control plane. Its folder is its whole state. */
export interface ControlPlaneFiles {
  readonly etcdData: string
  readonly certificates: string
  /** The API server's certificate and that of its CA. It makes both at its first start. */
  readonly servingCertificate: string
  readonly serviceAccountKey: string
  readonly serviceAccountPublicKey: string
  /** Static tokens, one a line, in the API server's format. */
  readonly tokens: string
  readonly ports: string
  readonly logs: string
  readonly kubeconfig: string
  readonly adminToken: string
}

/** Makes the files that are missing, readable to this user alone. Those of an earlier start stay. */
export async function prepareFiles(directory: string): Promise<ControlPlaneFiles> {
  const at = (...names: string[]): string => join(directory, ...names)
  const [etcdData, certificates, logs] = [at('etcd'), at('certificates'), at('logs')]
  for (const folder of [directory, etcdData, certificates, logs]) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  }
  const files = {
    etcdData,
    certificates,
    servingCertificate: at('certificates', 'apiserver.crt'),
    serviceAccountKey: at('certificates', 'service-account.key'),
    serviceAccountPublicKey: at('certificates', 'service-account.pub'),
    tokens: at('certificates', 'tokens.csv'),
    ports: at('ports.json'),
    logs,
    kubeconfig: at('kubeconfig'),
  }
  if (!existsSync(files.serviceAccountPublicKey)) await writeServiceAccountKeys(files)
  if (!existsSync(files.tokens)) {
    const line = `${randomBytes(32).toString('base64url')},lenskeeper-dev-admin,lenskeeper-dev-admin,"system:masters"\n`
    await writeFile(files.tokens, line, { mode: 0o600 })
  }
  const [adminToken = ''] = readFileSync(files.tokens, 'utf8').split(',')
  return { ...files, adminToken }
}

async function writeServiceAccountKeys(
  files: Pick<ControlPlaneFiles, 'serviceAccountKey' | 'serviceAccountPublicKey'>,
): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  await writeFile(files.serviceAccountKey, privateKey, { mode: 0o600 })
  await writeFile(files.serviceAccountPublicKey, publicKey)
}

/** A kubeconfig with one user who logs in by token. It is JSON, which is YAML, too. */
export function kubeconfig(input: {
  readonly url: string
  readonly caPem: string
  readonly token: string
  readonly namespace?: string
}): string {
  const name = 'lenskeeper-dev'
  const cluster = {
    server: input.url,
    'certificate-authority-data': Buffer.from(input.caPem).toString('base64'),
  }
  const context = { cluster: name, user: name, ...(input.namespace ? { namespace: input.namespace } : {}) }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user: { token: input.token } }],
    contexts: [{ name, context }],
    'current-context': name,
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
