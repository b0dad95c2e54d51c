import { onTestFinished } from 'vitest'
import { Endpoint, type EndpointOptions } from '../../../src/clickhouse/endpoint/endpoint.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

export interface EndpointInTest {
  readonly clock: VirtualClock
  readonly endpoint: Endpoint
}

type Wish = Partial<Pick<EndpointOptions, 'ca' | 'fence' | 'onCertificate'>> & { readonly password?: string }

/** An endpoint whose time stands still, as the operator's account. Closed when the test ends. */
export function endpointInTest(
  url: string,
  { password = 'hidden-pass', ...options }: Wish = {},
): EndpointInTest {
  const clock = new VirtualClock()
  const credentials = { username: 'operator', password: new Redacted(password) }
  const endpoint = new Endpoint({ url, credentials, clock, ...options })
  onTestFinished(() => endpoint.close())
  return { clock, endpoint }
}
