/** Where control planes come from that are lent: as many of our own as files ask for at once, or the one that was given. */
import { startControlPlane } from '../../../src/dev/control-plane/control-plane.ts'
import { prepareFiles } from '../../../src/dev/control-plane/files.ts'

export interface Plane {
  /** Of an administrator, who logs in by `adminToken`. */
  readonly kubeconfigPath: string
  readonly url: string
  readonly caPem: string
  readonly adminToken: string
  /** Path of a kubectl that fits it. */
  readonly kubectl: string
  /** Ends what deploy/ would run there: tests bring their own operators. */
  quiet(): Promise<void>
  stop(): Promise<void>
}

export interface Planes {
  /** At once. */
  readonly most: number
  /** @param directory for its files; whoever opens it removes it after `stop` */
  open(directory: string): Promise<Plane>
}

/** On this machine, where no Pod runs. */
export const ownPlanes: Planes = {
  most: Number.POSITIVE_INFINITY,
  async open(directory) {
    const plane = await startControlPlane({ directory })
    const { adminToken } = await prepareFiles(directory)
    const { kubeconfigPath, url, caPem, binaries } = plane
    return {
      kubeconfigPath,
      url,
      caPem,
      adminToken,
      kubectl: binaries.kubectl,
      quiet: () => Promise.resolve(),
      stop: () => plane.stop(),
    }
  },
}
