/** Who may have tenants of a PartnerKey, and which databases they may name. */
import { databaseName, labelSelector, namespaceName, resourceName } from './fields.ts'
import { cel, formed } from '../definition/json-schema.ts'
import { array, boolean, defaulted, object, oneOf, optional, string } from '../definition/schema.ts'

const namespaces = object(
  'Which namespaces may have tenants of this key, as with allowedRoutes of the Gateway API.',
  {
    from: defaulted(
      oneOf(
        'Same: that of the key alone. All: every one. Selector: those that selector selects by their labels.',
        ['Same', 'All', 'Selector'],
      ),
      'Same',
    ),
    selector: optional(labelSelector('Labels of namespaces. Needed with from: Selector, and only then.')),
  },
  {
    rules: [
      cel("self.from != 'Selector' || has(self.selector)", 'is required when from is Selector', {
        fieldPath: '.selector',
        reason: 'FieldValueRequired',
      }),
      cel(
        "self.from == 'Selector' || !has(self.selector)",
        'counts only with from: Selector: set that, or remove it',
        {
          fieldPath: '.selector',
          reason: 'FieldValueForbidden',
        },
      ),
    ],
  },
)

const assignment = object('Who a database belongs to.', {
  database: databaseName('The database’s name.'),
  namespace: namespaceName('The tenant’s namespace.'),
  name: resourceName('The tenant’s name.'),
})

const globPattern = '^([A-Za-z0-9_*]|\\{namespace\\})+$'
const longestGlob = 137

const databaseGlob = string('A glob, such as client_* or {namespace}__*.', {
  minLength: 1,
  maxLength: longestGlob,
  rules: [
    formed(
      globPattern,
      'must be letters, digits and _ (ASCII) with * for any of them, such as client_*, or {namespace}__*: no other braces, no - and no .',
    ),
  ],
})

/** Whether `spec.tenants.databases` may hold it. */
export function isDatabaseGlob(text: string): boolean {
  return text.length <= longestGlob && new RegExp(globPattern).test(text)
}

export const tenants = object(
  'Who may have tenants, and which databases they may name.',
  {
    namespaces: defaulted(namespaces, {}),
    databases: optional(
      array(
        'Globs of database names that tenants may use: * stands for any letters, digits and _. "{namespace}__*" stands for the tenant’s own namespace with - written as _; a * behind it matches no __. Required unless namespaces.from is Same; left out then, every name is allowed.',
        databaseGlob,
        { listType: 'set', minItems: 1, maxItems: 64 },
      ),
    ),
    allowDrop: defaulted(boolean('Whether tenants may choose deletionPolicy: Drop.'), false),
    assignments: defaulted(
      array(
        'The admin’s word on who owns a database: adopts one that was there before, hands over that of an owner who is gone, or frees the name of one that has left.',
        assignment,
        { listType: 'map', mapKeys: ['database'], maxItems: 1000 },
      ),
      [],
    ),
  },
  {
    rules: [
      cel(
        "self.namespaces.from == 'Same' || has(self.databases)",
        'is required when tenants of other namespaces are let in: list the names they may use, such as "{namespace}__*"',
        { fieldPath: '.databases', reason: 'FieldValueRequired' },
      ),
    ],
  },
)
