import type { ControlPlaneFiles } from './files.ts'
import type { Ports } from './ports.ts'

/** @returns arguments of etcd: one member, reachable from this machine only */
export function etcdFlags(files: ControlPlaneFiles, ports: Ports): readonly string[] {
  const client = `http://127.0.0.1:${ports.etcdClient}`
  const peer = `http://127.0.0.1:${ports.etcdPeer}`
  return [
    '--name=default',
    `--data-dir=${files.etcdData}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // Data survive the end of the process but not a power cut, which is enough for a development cluster.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]
}

/** @returns arguments of kube-apiserver: RBAC, service-account tokens, and all default admission but one */
export function apiserverFlags(files: ControlPlaneFiles, ports: Ports): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcdClient}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.apiserver}`,
    // With both it does not look for a network address to publish. A machine may have none.
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--cert-dir=${files.certificates}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    `--service-account-key-file=${files.serviceAccountPublicKey}`,
    `--token-auth-file=${files.tokens}`,
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.96.0.0/16',
    // This one waits for the default ServiceAccount of a namespace. The controller that makes it does not run here.
    '--disable-admission-plugins=ServiceAccount',
  ]
}

/** @returns arguments of kube-controller-manager: only what deletes owned objects and ends namespaces */
export function controllerManagerFlags(files: ControlPlaneFiles): readonly string[] {
  return [
    `--kubeconfig=${files.kubeconfig}`,
    '--controllers=garbage-collector-controller,namespace-controller',
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
  ]
}
