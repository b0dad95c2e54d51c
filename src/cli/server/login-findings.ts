/** What came of logging in as the reader on one endpoint, thing by thing. Pure. */
import type { ReaderLogin } from '../../clickhouse/accounts/reader-login.ts'
import type { TableFault } from '../../clickhouse/accounts/reader-trial.ts'
import { hostOf } from '../../clickhouse/endpoint/host.ts'
import { makeReadonly, readAsDefiner, setPasswordByHand, showGrants } from '../../clickhouse/statements.ts'
import type { Observed } from '../../clickhouse-connection/observed.ts'
import type { Verification } from '../../clickhouse-connection/reader/observed.ts'
import type { Finding } from './finding.ts'

export function loginFindings(verification: Verification, seen: Observed): readonly Finding[] {
  const endpoint = hostOf(verification.url)
  const { user } = seen.connection.spec.reader
  switch (verification.kind) {
    case 'refused': {
      const isGoodElsewhere = seen.verifications.some(({ kind }) => kind === 'loggedIn')
      const alter = setPasswordByHand(user, '<password of the Secret>')
      const mend = isGoodElsewhere
        ? `${alter};  -- on ${endpoint}; other endpoints take what is in the Secret "${seen.readerSecretName}"`
        : `put the password of ${user} into the Secret "${seen.readerSecretName}", or, if nobody logs in as it yet, drop the user, which is made anew with the password that is there`
      return [{ endpoint, check: 'login', result: 'bad', text: 'the password of its Secret is wrong', mend }]
    }
    case 'failed':
      return [{ endpoint, check: 'login', result: 'bad', text: verification.because }]
    case 'loggedIn':
      return [
        ...settingsFindings(endpoint, user, verification.login),
        ...openingFindings(endpoint, user, verification.login),
      ]
    default:
      throw new TypeError(verification satisfies never)
  }
}

function settingsFindings(
  endpoint: string,
  user: string,
  { readonly, settingsAccepted }: ReaderLogin,
): readonly Finding[] {
  const alter = `${makeReadonly(user)};  -- on ${endpoint}`
  const strict = `take the constraints on settings from the profile of ${user} on ${endpoint}`
  return [
    judged({ endpoint, check: 'readonly = 2', text: `it is ${readonly}`, mend: alter }, readonly === 2),
    judged(
      {
        endpoint,
        check: 'DataLens’s settings',
        text: settingsAccepted === true ? 'they are accepted' : 'they are refused',
        mend: readonly === 2 ? strict : alter,
      },
      settingsAccepted ?? 'notTried',
    ),
  ]
}

function openingFindings(
  endpoint: string,
  user: string,
  { opens, refuses, faults = [], failure }: ReaderLogin,
): readonly Finding[] {
  const grants = `${showGrants([user])};  -- on ${endpoint}`
  const text = (held: boolean | undefined): string => (held === true ? 'as it should' : 'it is not so')
  const missing = failure === undefined ? 'nothingToTry' : 'notTried'
  const opening = { endpoint, check: 'a granted database opens' }
  return [
    opens === undefined && failure === undefined && faults.length > 0
      ? { ...opening, result: 'bad', text: 'nothing that is granted could be read' }
      : judged({ ...opening, text: text(opens), mend: grants }, opens ?? missing),
    judged(
      {
        endpoint,
        check: 'another one stays shut',
        text: text(refuses),
        mend: `${grants}: look at its roles, too`,
      },
      refuses ?? missing,
    ),
    ...faults.map(fault => tableFinding(endpoint, fault)),
    ...(failure === undefined ? [] : [{ endpoint, check: 'login', result: 'bad', text: failure } as const]),
  ]
}

/** Only what others hold can be refused where the right on the database is there. */
function tableFinding(endpoint: string, fault: TableFault): Finding {
  const check = `read ${fault.database}.${fault.name}`
  if (fault.kind === 'broken')
    return { endpoint, check, result: 'unknown', text: `it fails: ${fault.because}` }
  const text = 'it is refused: it shows another database, which the reader may not read'
  const otherwise = `copy what ${fault.database}.${fault.name} shows into its database and drop it; grant the reader nothing for it`
  const alter = readAsDefiner(fault)
  const mend =
    alter === undefined
      ? otherwise
      : `${alter};  -- on ${endpoint}: it then reads with your rights. Or ${otherwise}`
  return { endpoint, check, result: 'bad', text, mend }
}

function judged(
  { mend, ...about }: Omit<Finding, 'result'>,
  holds: boolean | 'notTried' | 'nothingToTry',
): Finding {
  if (holds === true) return { ...about, result: 'good' }
  if (holds === false) return { ...about, result: 'bad', ...(mend === undefined ? {} : { mend }) }
  const text = holds === 'notTried' ? 'it could not be tried' : 'there is none yet to try it on'
  return { ...about, result: 'unknown', text }
}
