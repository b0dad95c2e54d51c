/** Every reason that a condition can give, with its meaning. The unions and the reference page are made from these. */

const anyKind = {
  Ready: 'Everything is as declared.',
  Progressing: 'Work is under way; nothing to do but wait.',
  Suspended: 'spec.suspend is true: nothing is changed. Set it to false to go on.',
  Observing:
    'The operator is in dry-run, or the annotation lenskeeper.dev/mode is Observe: nothing is changed. The message says what would be done.',
  InternalError: 'The operator failed in a way it did not expect. It tries again; its log says more.',
} as const

/** Of the kinds that publish a Secret in somebody's namespace. */
const publishedSecret = {
  SecretRefused:
    'The API server refuses the Secret (a quota or an admission policy), or somebody changes it without end; the message says which.',
  OperatorForbidden:
    'The operator’s account lacks a right on Secrets in this namespace; the message names it. The platform team gives it, see deploy/operator.',
  SecretMetadataNotAllowed:
    'spec.secret has a label or annotation whose prefix the operator does not allow, or very many of them. Remove it.',
} as const

export const clickHouseConnectionReasons = {
  ...anyKind,
  TooManySecrets:
    'More or larger Secrets are referred to than the operator watches, and this namespace has had its part. Delete what refers to Secrets in vain, and keep nothing else in these Secrets.',
  TooManyEndpoints:
    'The connections of this namespace have more than 256 endpoints together. Delete those that nobody needs, or move some to another namespace.',
  CredentialsMissing:
    'The Secret of spec.credentialsSecretRef is missing, or lacks username or password. Create it; it is watched.',
  CertificateAuthorityMissing:
    'The Secret of spec.tls.caSecretRef or its key is missing or holds no PEM certificate. Create it; it is watched.',
  AuthenticationFailed:
    'No endpoint takes the operator’s username and password. Correct the Secret; it is tried as soon as it changes.',
  AccountDiffers:
    'Some endpoints refuse the operator’s username or password, which others take. Leave the Secret; the message has the CREATE USER and the ALTER USER for where it is refused.',
  Reachable: 'Every endpoint answers.',
  PartlyReachable: 'Some endpoints do not answer; tenants that are Ready stay Ready, new ones wait.',
  Unreachable:
    'No endpoint answers, or none of those that are needed. The message names them and their errors.',
  SeveralServers:
    'An endpoint is answered by several servers in turn, as behind a load balancer. List the address of each replica by itself.',
  ServerChanged:
    'An endpoint is answered by another server than before. If the former one does not come back at once, work goes on by itself.',
  OperatedElsewhere:
    'Another operator works on this ClickHouse under this installation’s id, as that of a copied cluster does, or did until just now. Nothing is changed meanwhile; the message says what to do.',
  SameServer: 'Two endpoints lead to one server, so another replica may be left out. List each replica once.',
  TLSFailed:
    'An endpoint’s certificate is not trusted, has expired or names another host; the message says what to do.',
  ServerTooOld: 'An endpoint runs a ClickHouse older than 25.8. Upgrade it.',
  MissingPrivileges: 'The operator’s account lacks a right; the message has the GRANT that gives it.',
  AccountRestricted:
    'Settings of the operator’s account, such as readonly or allow_ddl, forbid what it has to do; the message has the ALTER USER.',
  AccessStorageReadOnly:
    'Users cannot be changed by SQL here (defined in a file?). Define the reader there and set management or grants to External.',
  ReaderMissing:
    'The reader does not exist on some endpoint; the message has the CREATE USER, or set management: Managed.',
  ReaderNotReadOnly:
    'The reader’s profile is not readonly = 2, which DataLens needs; the message has the ALTER USER.',
  ReaderPasswordUnknown:
    'The reader exists but the Secret with its password does not. Create it, or drop the user to have a new one made.',
  ReaderPasswordMismatch: 'The reader cannot log in with the password of its Secret. Make the two agree.',
  ReaderVerified:
    'Logged in as the reader: readonly is 2, a granted database opens, one that is not granted does not.',
  ReaderUnverified:
    'The reader could not be tried, or nothing that it was granted could be read, so it is not known whether DataLens gets in; the message says why.',
  GrantIneffective:
    'ClickHouse refuses the reader a database that its grants name. Look at SHOW GRANTS, as the message says.',
  ViewRefused:
    'A view in a granted database reads what the reader may not, so its charts fail. The message names it and says what helps; never grant the reader the other database.',
  GrantBroaderThanDeclared:
    'The reader may read more than tenants’ databases, so a token opens whatever it names; the message has the REVOKE.',
  AccessRemains:
    'The reader may still read databases whose tenants are gone or have spec.access Withheld: a role opens them, ClickHouse refuses to take them, or nothing is done now, as with spec.suspend. The message has the statement that does.',
  HostsNotPublic:
    'DataLens cannot reach some of the hosts of the hand-over. Set spec.handover.hosts to public names.',
  SecretConflict:
    'A Secret of the name that the reader’s password needs is not ours. Remove it or choose another name.',
  SweepHeld:
    'More tenants of a namespace, or of all, are gone than spec.sweep.limit allows at once, so none of them loses access. Apply them again, or run the command in the message, which confirms exactly these.',
  EmptyingHeld:
    'More databases of departed tenants are due to be emptied than spec.sweep.limit allows at once, or an older release did not write down when, so none of them is. Apply the tenants again, or run the command in the message, which confirms exactly these.',
  NothingToSweep: 'No departed tenant waits for a confirmation.',
  StatementsRefused:
    'ClickHouse refuses statements that tenants wait for; the message has its error, since when, where, and how many wait.',
  NothingRefused: 'No tenant waits for a statement that ClickHouse refuses.',
  Blocked: 'No endpoint can be worked with, so this was not looked at; Ready says why.',
} as const

export const partnerKeyReasons = {
  ...anyKind,
  HandoverReady:
    'The key is made; send what is in the ConfigMap <name>-handover to DataLens, and put its answer in spec.dataLens.',
  ConnectionNotFound: 'There is no ClickHouseConnection of this name in this namespace. Create it.',
  ConnectionNotReady: 'The ClickHouseConnection is not ready; its own conditions say why.',
  Minting: 'Tokens are minted with the current keys.',
  AwaitingDataLens: 'DataLens’s public key, or its confirmation in spec.dataLens.accepts, is still to come.',
  PrivateKeySecretMissing:
    'The Secret of spec.privateKeySecretRef or its key is missing. Create it; it is watched.',
  KeyInvalid:
    'A key is not RSA with 2048 bits and exponent 65537, is not a PEM of the right kind, or is used under another version already.',
  KeyVersionReused:
    'This version stood for another key before, and tokens may still name it. Put the old key back, or use a new version.',
  KeyLost:
    'A version that was used has lost its key. It is never made anew: bring it back with `lenskeeper key import`, restore the Secret from a backup, or rotate to a new version.',
  LedgerDamaged:
    'The ConfigMap <name>-keys was changed by hand and cannot be read. Restore it; the message says how.',
  SecretConflict: 'A Secret or ConfigMap of a name that this key needs is not ours. Remove or rename it.',
  WriteRefused:
    'The API server refuses a Secret or ConfigMap that the key needs; the message says why. Give the operator the right, or mend the quota or policy.',
  SelectorNotSupported:
    'tenants.namespaces.from: Selector needs an operator that sees all namespaces; this one watches a list of them.',
  RolledOut: 'Every tenant’s token is of the target pair.',
  RollingOut: 'Tokens are being minted with the target pair.',
  Paused: 'spec.rollout.paused is true.',
  AwaitingPromotion: 'The canary is done. Set spec.rollout.promoted to the target pair to go on.',
  RolloutStopped:
    'More tenants failed than spec.rollout.maxFailures. Mend what status.rollout names, or set the versions back to roll back.',
} as const

export const connectorTenantReasons = {
  ...anyKind,
  PartnerKeyNotFound:
    'There is no PartnerKey of this name there. Create it, or correct partnerKeyRef in a new tenant.',
  NamespaceNotAllowed: 'The PartnerKey lets no tenants of this namespace in. Ask whoever runs it.',
  DatabaseNameNotAllowed:
    'The PartnerKey does not let this namespace use this database name. Ask whoever runs it.',
  DropNotAllowed:
    'deletionPolicy is Drop, but the PartnerKey does not allow that. Use Retain, or ask whoever runs it.',
  ConnectionNotReady:
    'The ClickHouseConnection behind the PartnerKey is not ready; the platform team sees why.',
  StatementRefused:
    'ClickHouse refuses a statement that the tenant needs; the platform team sees why, on the ClickHouseConnection.',
  DatabaseReady: 'The database is this tenant’s, and exists on every endpoint that can be worked with.',
  DatabaseOwnedElsewhere:
    'The database belongs to another tenant. Use another name; or the PartnerKey’s owner assigns it, once the other is gone.',
  DatabaseUnmarked:
    'A database of this name was there before. The PartnerKey’s owner can assign it to this tenant under tenants.assignments.',
  NameRetired:
    'The name belonged to a tenant that is gone, and its tokens may be left. Only tenants.assignments of the PartnerKey frees it.',
  DatabaseLost:
    'The database was there and is gone from every endpoint. Restore it, or allow an empty one with the annotation lenskeeper.dev/recreate.',
  AccessGranted: 'The reader may read the database on every endpoint that can be worked with.',
  AccessRemains:
    'spec.access is Withheld, and the token opens the database all the same, by a right that the operator cannot take, or by one that is somebody else’s to take (reader.grants: External); the message says which.',
  AccessWithheld: 'spec.access is Withheld: the token opens nothing until it is Granted again.',
  TokenPublished: 'The Secret holds a valid token.',
  SecretConflict:
    'A Secret of this name is there and is not this tenant’s. Remove it or choose another spec.secret.name.',
  ...publishedSecret,
  AwaitingKey: 'The PartnerKey has no usable key pair yet; its own conditions say why.',
  Blocked: 'Something else holds the tenant up; Ready says what. What was not looked at is Unknown.',
  Deleting:
    'The tenant is being deleted and waits for a finalizer of somebody else; nothing new is made for it.',
} as const

export const secureEmbedReasons = {
  ...anyKind,
  TokenPublished: 'The Secret holds a link that is good.',
  InvalidSpec:
    'The spec holds what DataLens cannot take, or more than fits into an address; the message says what. Correct it.',
  SigningKeyNotOffered:
    'There is no Secret of this name that is offered for signing embeds: it is missing, or lacks the label lenskeeper.dev/use: embed-signing. Create or label it; it is watched.',
  SigningKeyInvalid:
    'The signing key’s Secret holds no RSA private key of 2048 bits or more; the message says what it holds. Correct it; it is watched.',
  RefreshFailing:
    'The link in the Secret is still good, and no new one can be made; the message says why, and how long the link lasts.',
  TokenExpired: 'The link in the Secret has expired, and no new one can be made; the message says why.',
  TokenTooLarge: 'The token would be over 30 KB, which DataLens refuses. Sign fewer or shorter values.',
  SecretConflict:
    'A Secret of this name is there and is not this embed’s. Remove it or choose another spec.secret.name.',
  ...publishedSecret,
  Deleting:
    'The embed is being deleted and waits for a finalizer of somebody else; nothing new is made for it.',
} as const

export type ClickHouseConnectionReason = keyof typeof clickHouseConnectionReasons
export type PartnerKeyReason = keyof typeof partnerKeyReasons
export type ConnectorTenantReason = keyof typeof connectorTenantReasons
export type SecureEmbedReason = keyof typeof secureEmbedReasons
