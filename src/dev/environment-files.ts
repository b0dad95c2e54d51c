import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where an environment keeps things in its folder. */
export function filesOf(directory: string) {
  const at = (name: string): string => join(directory, name)
  return {
    kubeconfig: at('kubeconfig'),
    clickhouse: at('clickhouse.json'),
    /** Where the sandbox is. */
    sandbox: at('sandbox.json'),
    /** Where the portal is, and who may log in. */
    portal: at('portal.json'),
    /** What the portal has mounted. */
    portalFolder: at('portal'),
    portalLog: at('portal.log'),
    /** A private key of DataLens's, played by the sandbox. */
    dataLensKey: (version: number): string => at(version === 1 ? 'datalens.pem' : `datalens-${version}.pem`),
    /** Exists exactly while everything is ready. */
    ready: at('ready'),
    kubectlCache: at('kubectl-cache'),
    /** Which operators run, and which one leads. */
    operators: at('operators.json'),
    operatorKubeconfig: at('operator.kubeconfig'),
    operatorLog: (index: number): string => at(index === 0 ? 'operator.log' : `operator-${index + 1}.log`),
  }
}

/** The folder deploy/ of this checkout, or one below it. */
export function deployFolder(name = ''): string {
  return join(fileURLToPath(new URL('../../deploy', import.meta.url)), name)
}
