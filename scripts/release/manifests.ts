/** The kustomize base as files for `kubectl apply -f`. */
import { readBase } from '../kustomize/base.ts'

const header = (what: string, version: string): string => `# Lenskeeper ${version}: ${what}\n`

/** Text by name. */
export function releaseManifests(root: string, version: string): ReadonlyMap<string, string> {
  const built = (folder: string): string =>
    readBase(root, folder)
      .flatMap(({ documents }) => documents)
      .map(document =>
        document.toString({ lineWidth: 118, flowCollectionPadding: false }).replace(/^---\n/, ''),
      )
      .join('---\n')
  return new Map([
    [
      'install.yaml',
      header('operator, people’s roles and admission policies, for a whole cluster', version) +
        built('deploy'),
    ],
    [
      'crds.yaml',
      header('the custom resources; apply them first, with --server-side', version) + built('deploy/crds'),
    ],
    [
      'namespaced.yaml',
      header('instead of install.yaml: for some namespaces only. Fill in --installation-id', version) +
        built('deploy/namespaced'),
    ],
    [
      'monitoring.yaml',
      header('alerts, a dashboard and what scrapes the operators; needs the Prometheus operator', version) +
        built('deploy/monitoring'),
    ],
    [
      'trial.yaml',
      header(
        'for a first look: the samples, and a ClickHouse that forgets. Needs the Secret clickhouse-operator',
        version,
      ) + built('deploy/trial'),
    ],
  ])
}
