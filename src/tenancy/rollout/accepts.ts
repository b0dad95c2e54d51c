/** Which partner keys DataLens has confirmed, as `spec.dataLens.accepts` says. */
import type { PartnerKeySpec } from '../../api/partner-key.ts'

type Spec = Pick<PartnerKeySpec, 'dataLens'>

/** The entry of one version. Undefined also if there is no `accepts`. */
export function confirmedKey({ dataLens }: Spec, version: number) {
  return dataLens?.accepts?.find(({ keyVersion }) => keyVersion === version)
}

/** Whether DataLens has confirmed this key. Without a fingerprint, as the key is not at hand: no. */
export function isConfirmed(spec: Spec, version: number, fingerprint: string | undefined): boolean {
  return fingerprint !== undefined && confirmedKey(spec, version)?.fingerprint === fingerprint
}

/** Whether tokens may be minted with this key: `accepts` is not set, or names it. */
export function isAccepted(spec: Spec, version: number, fingerprint: string | undefined): boolean {
  return spec.dataLens?.accepts === undefined || isConfirmed(spec, version, fingerprint)
}
