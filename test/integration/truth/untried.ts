/** Reasons that the table has no row for, and why. */
import type { Kind } from './kind.ts'

/** Why nothing brings these about there. */
export const untried: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  ClickHouseConnection: {
    InternalError:
      'only a fault of the program gives it; test/clickhouse-connection/failure.test.ts plays it',
    Observing: 'it takes an operator of its own; test/integration/connection/reader.test.ts plays it',
    OperatedElsewhere:
      'it takes a second cluster; test/integration/ownership/copied-cluster.test.ts plays it',
    Progressing: 'it passes too soon to be looked at; test/clickhouse-connection/status.test.ts plays it',
    TooManyEndpoints:
      'it takes 256 endpoints, and the first look at so many takes seconds of processor time; test/clickhouse-connection/server/room.test.ts plays it',
    TooManySecrets: 'it takes 200 Secrets; test/clickhouse-connection/server/credentials.test.ts plays it',
  },
  PartnerKey: {
    InternalError: 'only a fault of the program gives it',
    Observing: 'it takes an operator of its own; test/partner-key/status.test.ts plays it',
    Progressing: 'it passes too soon to be looked at; test/partner-key/status.test.ts plays it',
    SelectorNotSupported:
      'it takes an operator of its own; test/integration/partner-key/controller.test.ts plays it',
  },
  ConnectorTenant: {
    InternalError: 'only a fault of the program gives it',
  },
  SecureEmbed: {
    InternalError: 'only a fault of the program gives it',
    Progressing: 'nothing is told before the link is made or refused',
  },
}
