import { describe, expect, test } from 'vitest'
import { describeFlags, UsageError } from '../../src/config/flags.ts'
import { operatorFlags, readOperatorConfig } from '../../src/config/operator-config.ts'

describe('operator configuration', () => {
  test('has a default for everything', () => {
    expect(readOperatorConfig([], {})).toMatchObject({
      watchNamespaces: [],
      listen: { host: undefined, port: 8080 },
      logLevel: 'info',
      kubeRate: 100,
      resyncMs: 600_000,
      election: { isOn: false, leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 },
      dryRun: false,
    })
  })

  test('the command line wins over the environment, the environment over the default', () => {
    const environment = { LENSKEEPER_LOG_LEVEL: 'debug', LENSKEEPER_WORKERS: '3', LENSKEEPER_DRY_RUN: 'yes' }
    expect(readOperatorConfig(['--log-level', 'warn'], environment)).toMatchObject({
      logLevel: 'warn',
      workers: 3,
      dryRun: true,
    })
  })

  test.each([
    [['--no-such'], {}, /no-such.*Known flags/],
    [['stray'], {}, /unexpected argument "stray"/],
    [['--log-level', 'loud'], {}, /--log-level \(or LENSKEEPER_LOG_LEVEL\)/],
    [['--workers', '0'], {}, /must be from 1 to 64/],
    [['--workers', '1.5'], {}, /whole number/],
    [['--resync', '5s'], {}, /10s to 24h/],
    [['--listen', 'nowhere'], {}, /127\.0\.0\.1:8080/],
    [['--watch-namespaces', 'a,b'], {}, /--installation-id.*is required/],
    [['--watch-namespaces', 'A_b', '--installation-id', 'x'], {}, /namespace names/],
    [['--installation-id', 'a b'], {}, /1 to 63 letters/],
    [['--installation-id', ''], {}, /1 to 63 letters/],
    // No mark can carry these, so no tenant could ever be planned.
    [['--installation-id', 'prod-'], {}, /1 to 63 letters.*first and last/],
    [['--installation-id', 'prod.'], {}, /1 to 63 letters/],
    [[], { LENSKEEPER_INSTALLATION_ID: 'prod_' }, /1 to 63 letters/],
    [['--watch-namespaces', 'tenants,b-', '--installation-id', 'x'], {}, /namespace names/],
    // It would allow acme.example.elsewhere/ too.
    [['--secret-metadata-prefixes', 'other/,acme.example'], {}, /end with a slash/],
    [
      ['--leader-elect-lease-duration', '1500ms'],
      {},
      /--leader-elect-lease-duration \(or LENSKEEPER_LEADER_.*whole seconds from 2s to 5m/,
    ],
    [['--leader-elect-lease-duration', '6m'], {}, /from 2s to 5m/],
    [
      ['--leader-elect-renew-deadline', '15s'],
      {},
      /shorter than --leader-elect-lease-duration, which is 15s/,
    ],
    [
      ['--leader-elect-lease-duration', '10s'],
      {},
      /--leader-elect-renew-deadline .*shorter than .* which is 10s/,
    ],
    [
      ['--leader-elect-retry-period', '9s'],
      {},
      /longer than 1.2 times --leader-elect-retry-period, which is 9s/,
    ],
    [['--leader-elect-namespace', 'A_b'], {}, /--leader-elect-namespace .*takes the name of a namespace/],
    [['--leader-elect-retry-period', '0s'], {}, /from 100ms to 1m/],
    [[], { LENSKEEPER_DRY_RUN: 'perhaps' }, /LENSKEEPER_DRY_RUN is "perhaps"/],
  ])('%j %j is refused in one line', (args, environment, message) => {
    const read = (): unknown => readOperatorConfig(args, environment)
    expect(read).toThrow(UsageError)
    expect(read).toThrow(message)
    try {
      read()
    } catch (error) {
      expect((error as Error).message).not.toContain('\n')
    }
  })

  test('help names every flag', () => {
    const help = describeFlags(operatorFlags)
    for (const name of Object.keys(operatorFlags)) expect(help).toContain(`--${name}`)
  })
})
