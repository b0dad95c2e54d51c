/** The ClickHouse user that DataLens logs in as. */
import { formed } from '../definition/json-schema.ts'
import { defaulted, object, oneOf, optional, string } from '../definition/schema.ts'
import { secretName } from './fields.ts'

const userNamePattern = '^[A-Za-z_][A-Za-z0-9_.@-]*$'
const longestUserName = 128

/** Whether `spec.reader.user` may be so. */
export function isUserName(text: string): boolean {
  return text.length <= longestUserName && new RegExp(userNamePattern).test(text)
}

const userName = string('The user’s name.', {
  minLength: 1,
  maxLength: longestUserName,
  rules: [
    formed(
      userNamePattern,
      'must be a letter or _, then letters, digits, _, ., @ and - (ASCII), such as datalens: no quotes, and no colon, which HTTP cannot tell from the end of the name',
    ),
  ],
})

export const reader = object('The ClickHouse user that DataLens logs in as. All tenants share it.', {
  user: defaulted(userName, 'datalens'),
  management: defaulted(
    oneOf(
      'Managed: it is created with readonly = 2 and a random password if it is missing; one that exists is never changed. External: it exists, and is only verified.',
      ['Managed', 'External'],
    ),
    'Managed',
  ),
  grants: defaulted(
    oneOf(
      'Managed: the operator grants and revokes SELECT on each tenant’s database. External: somebody else does; the operator only verifies, by logging in as the reader.',
      ['Managed', 'External'],
    ),
    'Managed',
  ),
  passwordSecretRef: optional(
    object(
      'The Secret of this namespace with the reader’s username and password. When the operator creates the user it writes the Secret first. By default <name of the connection>-reader.',
      { name: secretName('The Secret’s name.') },
      { atomic: true },
    ),
  ),
})
