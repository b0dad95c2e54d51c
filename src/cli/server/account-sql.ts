/** The rights of the operator's account as a file that an administrator can read and run. */
import { accountRights, type AccountRequest } from '../../clickhouse/accounts/operator-account.ts'
import { scopeOfGlob } from '../../clickhouse/scope.ts'
import {
  createReaderByHand,
  createUserByHand,
  grantReadByHand,
  grantRight,
} from '../../clickhouse/statements.ts'

export interface AccountSqlRequest extends AccountRequest {
  readonly username: string
}

/** The account of deploy/clickhouse/. */
export const standardAccount: AccountSqlRequest = {
  mode: 'managed',
  patterns: ['client_*'],
  readerUser: 'datalens',
  allowDrop: false,
  username: 'lenskeeper',
}

export function renderAccountSql(request: AccountSqlRequest): string {
  return `${[...heading(request), '', ...grants(request), ...remarks(request)].join('\n')}\n`
}

function heading({ username, patterns }: AccountSqlRequest): readonly string[] {
  return [
    `-- The rights of the operator’s account, for databases named ${patterns.join(', ')}.`,
    '-- Run them as an administrator on ClickHouse 25.8 or newer: once where users are replicated, else on every replica.',
    '-- The account itself, with a password of your own:',
    `--   ${createUserByHand(username, '…')};`,
  ]
}

function grants(request: AccountSqlRequest): readonly string[] {
  return accountRights(request).flatMap(right => [
    `-- to ${right.purpose}`,
    `${grantRight(right, request.username)};`,
  ])
}

function remarks(request: AccountSqlRequest): readonly string[] {
  const { mode, patterns, readerUser, allowDrop } = request
  const wide = patterns.filter(pattern => scopeOfGlob(pattern).kind === 'everything')
  const blocks = [
    wide.length > 0
      ? [
          `-- ${wide.join(', ')} begins with a placeholder or an asterisk, and a GRANT knows prefixes only: these rights reach every database.`,
          '-- Names that all begin alike keep the account to them.',
        ]
      : [],
    mode === 'managed'
      ? []
      : [
          `-- The reader ${readerUser} is yours to make (reader.management: External):`,
          `--   ${createReaderByHand(readerUser, '…')};`,
        ],
    mode === 'externalGrants'
      ? [
          '-- And so are its rights (reader.grants: External), for each tenant:',
          `--   ${grantReadByHand(readerUser)};`,
        ]
      : [],
    allowDrop
      ? []
      : ['-- Where a PartnerKey sets tenants.allowDrop, more is needed: lenskeeper sql --allow-drop'],
  ]
  return blocks.flatMap(lines => (lines.length === 0 ? [] : ['', ...lines]))
}
