/** Reasons that the table has no row for, and why. */
import type { Kind } from './kind.ts'

/** Those whose row is still to be written. */
const toCome = {
  ClickHouseConnection:
    'AuthenticationFailed CertificateAuthorityMissing EmptyingHeld GrantBroaderThanDeclared HostsNotPublic MissingPrivileges PartlyReachable Progressing ReaderMissing ReaderNotReadOnly ReaderPasswordUnknown ReaderUnverified SameServer SecretConflict ServerChanged ServerTooOld SeveralServers StatementsRefused Suspended ViewRefused',
  PartnerKey:
    'AwaitingPromotion ConnectionNotFound ConnectionNotReady KeyVersionReused LedgerDamaged RollingOut RolloutStopped SecretConflict Suspended WriteRefused',
  ConnectorTenant: 'Observing',
} as const

function still(kind: keyof typeof toCome): Readonly<Record<string, string>> {
  return Object.fromEntries(toCome[kind].split(' ').map(reason => [reason, 'its row is still to be written']))
}

/** Why nothing brings these about there. */
export const untried: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  ClickHouseConnection: {
    ...still('ClickHouseConnection'),
    AccessStorageReadOnly: 'the embedded server defines no user in a file',
    AccountRestricted:
      'the rights of an account are asked for every ten minutes; test/integration/connection plays it',
    AccountDiffers:
      'a refused account is tried again only after a minute; test/integration/connection plays it',
    GrantIneffective: 'only a server that contradicts itself gives it; test/integration/connection plays it',
    InternalError: 'only a fault of the program gives it',
    Observing: 'it takes an operator of its own; test/integration/connection plays it',
    TooManyEndpoints: 'it takes 256 endpoints; the planners’ tests have it',
    TooManySecrets: 'it takes 200 Secrets; the planners’ tests have it',
  },
  PartnerKey: {
    ...still('PartnerKey'),
    InternalError: 'only a fault of the program gives it',
    Observing: 'it takes an operator of its own; the planners’ tests have it',
    Progressing: 'it passes too soon to be looked at',
    SelectorNotSupported: 'it takes an operator of its own; test/integration/partner-key plays it',
  },
  ConnectorTenant: {
    InternalError: 'only a fault of the program gives it',
  },
  SecureEmbed: {
    InternalError: 'only a fault of the program gives it',
    Progressing: 'nothing is told before the link is made or refused',
  },
}
