/** Where a kubeconfig leads, read out by kubectl, which knows all its forms. */
export interface Address {
  readonly url: string
  readonly caPem: string
}

export const viewAddress = ['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']

/** @param view what kubectl says to `viewAddress` */
export function addressIn(view: string): Address {
  const [first] = (JSON.parse(view) as View).clusters
  if (first === undefined) throw new Error('the kubeconfig names no cluster')
  const { server, 'certificate-authority-data': ca = '' } = first.cluster
  return { url: server, caPem: Buffer.from(ca, 'base64').toString() }
}

interface View {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data'?: string }
  }[]
}
