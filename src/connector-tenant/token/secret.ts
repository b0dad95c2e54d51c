/** The token Secret: its name and labels, and what it holds. Pure. */
import { connectorTenant, type ConnectorTenant } from '../../api/connector-tenant.ts'
import type { Secret } from '../../api/core-objects.ts'
import { annotations, labels, secretTypes } from '../../api/labels.ts'
import { tokenSecretName } from '../../api/names.ts'
import { keyOf, type ObjectKey } from '../../api/object.ts'
import { buildSecret, ownerText, type SecretContent, type SecretShape } from '../../published-secret/build.ts'
import type { Pair } from '../../tenancy/pair.ts'

export interface TokenShape extends SecretShape {
  readonly database: string
}

/** A token, with what is kept beside it. */
export interface SealedToken {
  readonly token: string
  readonly pair: Pair
  readonly fingerprint: string
  readonly seal: string
  /** ISO 8601. */
  readonly mintedAt: string
}

const { apiVersion, kind } = connectorTenant

export function tokenShape(tenant: Pick<ConnectorTenant, 'metadata' | 'spec'>): TokenShape {
  const { metadata, spec } = tenant
  return {
    owner: { apiVersion, kind, key: keyOf(tenant), uid: metadata.uid ?? '' },
    name: tokenSecretName(tenant),
    type: secretTypes.connectorToken,
    ownLabels: { [labels.tenant]: metadata.name, [labels.partnerKey]: spec.partnerKeyRef.name },
    labels: spec.secret?.labels ?? {},
    annotations: spec.secret?.annotations ?? {},
    database: spec.database,
  }
}

/** The tenant as the seal of its token names it. */
export function sealOwner(key: ObjectKey): string {
  return ownerText({ kind, key })
}

export function tokenContent(sealed: SealedToken, database: string): SecretContent {
  const { token, pair, fingerprint, seal, mintedAt } = sealed
  return {
    data: {
      token,
      database,
      dataLensKeyVersion: String(pair.dataLens),
      partnerKeyVersion: String(pair.partner),
    },
    annotations: {
      [annotations.fingerprint]: fingerprint,
      [annotations.seal]: seal,
      [annotations.mintedAt]: mintedAt,
    },
  }
}

/** The whole Secret to write, over `existing` where there is one. */
export function buildTokenSecret(shape: TokenShape, sealed: SealedToken, existing?: Secret): Secret {
  return buildSecret(shape, tokenContent(sealed, shape.database), existing)
}
