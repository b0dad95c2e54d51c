/** Where the operator reaches each replica. */
import { cel, type Rule } from '../definition/json-schema.ts'
import { array, string } from '../definition/schema.ts'

/** A host name or an IPv4 address. */
export const hostPattern = '[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?'
export const portPattern =
  '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])'
const endpointPattern = `^https?://(${hostPattern}|\\[[0-9A-Fa-f:.]+\\])(:${portPattern})?/?$`
/** URLs that need no TLS, as the traffic stays on the machine. */
const loopbackPattern = '^http://(localhost|127\\.[0-9]+\\.[0-9]+\\.[0-9]+|\\[::1\\])(:[0-9]+)?/?$'

const bareEndpoint = (name: string): string =>
  `${name}.lowerAscii().replace('https://', '').replace('http://', '').replace('/', '')`

const endpoint = string('Scheme, host and port of one replica, such as https://ch1.data:8443.', {
  minLength: 8,
  maxLength: 300,
  rules: [
    cel(
      "!self.contains('@')",
      'must not hold a user or a password: they belong in the Secret that credentialsSecretRef names',
      { reason: 'FieldValueForbidden' },
    ),
    cel(
      `self.contains('@') || self.matches(r'${endpointPattern}')`,
      'must be https:// (or http://), a host and a port, such as https://ch1.data:8443, without path or query',
    ),
  ],
})

export const endpoints = array(
  'One address a replica (none that leads to several, as a load balancer’s), as the operator reaches it: https, without path, query or user; without a port, 443 (http: 80). Every statement goes to each of them and is proved on each.',
  endpoint,
  {
    listType: 'set',
    minItems: 1,
    maxItems: 16,
    rules: [
      cel(
        `self.all(e, self.exists_one(o, ${bareEndpoint('o')} == ${bareEndpoint('e')}))`,
        'names the same replica twice: list each host and port once',
      ),
    ],
  },
)

/** A rule for the whole spec, since it needs both `allowHTTP` and `endpoints`. */
export const httpOnRequest: Rule = cel(
  `self.allowHTTP || self.endpoints.all(e, !e.startsWith('http://') || e.matches(r'${loopbackPattern}'))`,
  'http:// sends the password in the clear: use https://, or set allowHTTP: true if the network is trusted',
  { fieldPath: '.endpoints', reason: 'FieldValueForbidden' },
)
