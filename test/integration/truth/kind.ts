/** The kinds whose reasons the table has. */
export type Kind = 'ClickHouseConnection' | 'PartnerKey' | 'ConnectorTenant' | 'SecureEmbed'
