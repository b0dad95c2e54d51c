import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface ApiServerByHttp {
  /** @param accept such as `application/json;as=Table;v=v1;g=meta.k8s.io`, what kubectl asks for to show a table */
  get<T>(path: string, accept?: string): Promise<T>
  close(): Promise<void>
}

/** `kubectl proxy`: the API server as it answers anybody, for what our own client does not ask. */
export async function startKubectlProxy(kubectl: string, kubeconfig: string): Promise<ApiServerByHttp> {
  const child = spawn(kubectl, ['--kubeconfig', kubeconfig, 'proxy', '--port=0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const [, url] = /Starting to serve on (\S+)/.exec(line) ?? []
  return {
    async get<T>(path: string, accept = 'application/json') {
      const answer = await fetch(`http://${url}${path}`, { headers: { accept } })
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
      return (await answer.json()) as T
    },
    async close() {
      child.kill()
      await ended
    },
  }
}
