/** What the charts API looks at before it asks anybody: the header alone. Pure. */
import { parseCompact, parseUnsigned } from '../../embed/token/compact.ts'
import { codes, refusedByCharts } from './answers.ts'
import type { Refusal } from './model.ts'
import { sizeInWords, type Step, type StepName } from './steps.ts'
import type { SwitchValues } from './switches.ts'

export type Arrival =
  | { readonly ok: true; readonly token: string; readonly embedId: string; readonly steps: readonly Step[] }
  | { readonly ok: false; readonly refusal: Refusal; readonly steps: readonly Step[] }

/** Which of the two controllers it is: that of charts, or that of a dashboard itself. */
export type Controller = 'charts' | 'dashboard'

/** @param header `x-dl-embed-token` as it came */
export function judgeArrival(
  header: string | undefined,
  switches: SwitchValues,
  controller: Controller = 'charts',
): Arrival {
  const token = header ?? ''
  const steps: Step[] = []
  const take = (name: StepName, passed: boolean, says: string): boolean => {
    steps.push({ party: 'charts', name, passed, says })
    return passed
  }
  const refuse = (status: number, code: string, message: string): Arrival => ({
    ok: false,
    refusal: refusedByCharts(status, controller === 'dashboard' ? codes.invalidTokenFormat : code, message),
    steps,
  })
  if (
    !take(
      'token-present',
      token !== '',
      token === '' ? 'There is no token in the header.' : 'There is a token.',
    )
  ) {
    return refuse(400, codes.tokenNotFound, 'You must provide embedToken')
  }
  const bytes = Buffer.byteLength(token)
  if (!take('token-size', bytes <= switches.largestToken, sizeInWords(bytes, switches.largestToken))) {
    return refuse(switches.oversizeStatus, codes.invalidToken, 'The token is too large')
  }
  const embedId = (parseCompact(token) ?? parseUnsigned(token))?.payload['embedId']
  if (typeof embedId !== 'string') {
    take('token-decoded', false, 'It is no JWT with an embedId.')
    return refuse(400, codes.invalidToken, 'Wrong token format')
  }
  take('token-decoded', true, 'It is a JWT with an embedId.')
  return { ok: true, token, embedId, steps }
}
