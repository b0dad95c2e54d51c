import { expect, test } from 'vitest'
import { suggestions } from '../../../src/cli/local/demo-report.ts'

test('whoever rotates the key by the demo’s line is told how DataLens learns of the new one', () => {
  const cluster = { kubeconfig: '/state/kubeconfig', kubectl: '/cache/kubectl' }
  const chain = {
    sandbox: { url: 'http://127.0.0.1:1' },
    portal: { url: 'http://127.0.0.1:2', users: [] },
  }
  const lines = suggestions(cluster, chain).split('\n')
  const rotation = lines.findIndex(line => line.includes('"keyVersion":2'))
  // One that is pasted at the sandbox is refused until then.
  expect(lines[rotation + 1]).toContain(
    String.raw`--output jsonpath='{.data.public\.pem}' | curl --upload-file - http://127.0.0.1:1/api/connectors/acme/partner-keys/2`,
  )
})
