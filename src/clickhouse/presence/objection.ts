import type { Contested } from './presence.ts'

export interface ObjectionFacts {
  readonly installation: string
  /** Where the other was noticed. */
  readonly contested: readonly Contested[]
  readonly quietMs: number
  /** Those of them at which this operator may not announce itself. */
  readonly untold: readonly string[]
}

/** What a person reads who is called for it. */
export function objectionText({ installation, contested, quietMs, untold }: ObjectionFacts): string {
  const hosts = contested.map(({ url }) => new URL(url).host).join(', ')
  const refused = untold.map(url => new URL(url).host).join(', ')
  const end =
    refused === ''
      ? `This one goes on by itself when it has looked there for ${Math.ceil(quietMs / 1_000)} s without finding the other, or when the endpoint is taken out of spec.endpoints`
      : `At ${refused} the account may not set log_comment, so nobody can tell whether the other has gone: take that constraint from its profile, and restart this operator`
  return `Another operator works on this ClickHouse (${hosts}) under the same installation id (${installation}), or did until just now, so this one changes nothing; who is served stays served. If one of the two clusters is a copy, such as one from a snapshot of etcd, stop the copy’s operator, and give it another --installation-id before it runs again. If this cluster was put back to an earlier state, bring its objects up to date now. ${end}`
}
