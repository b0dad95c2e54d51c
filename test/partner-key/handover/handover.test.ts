import { describe, expect, test } from 'vitest'
import { handoverData, handoverServer } from '../../../src/partner-key/handover/handover.ts'
import { planPartnerKey } from '../../../src/partner-key/plan.ts'
import { ownLabels } from '../../../src/partner-key/owned/labels.ts'
import { connection, partnerKeys, seen } from '../../builders/partner-key-observed.ts'

const { spec } = connection
const [first] = partnerKeys

describe('the server', () => {
  test('is told as the endpoints are, unless said otherwise', () => {
    expect(handoverServer(connection)).toEqual({
      hosts: ['ch1.acme.example', 'ch2.acme.example'],
      port: 8443,
      user: 'datalens',
      passwordSecret: 'default-reader',
    })
    const given = {
      ...spec,
      handover: { hosts: ['public.example'], port: 443 },
      reader: { ...spec.reader, user: 'r' },
    }
    expect(handoverServer({ ...connection, spec: given })).toMatchObject({
      hosts: ['public.example'],
      port: 443,
      user: 'r',
    })
  })

  test.each([
    ['https://ch', 443],
    ['http://ch', 80],
    ['http://ch:8123', 8123],
    ['https://[2001:db8::1]:8443', 8443],
  ])('%s has port %i', (endpoint, port) => {
    expect(handoverServer({ ...connection, spec: { ...spec, endpoints: [endpoint] } }).port).toBe(port)
  })

  test('two ports of one host are one host', () => {
    const endpoints = ['http://127.0.0.1:1', 'http://127.0.0.1:2']
    expect(handoverServer({ ...connection, spec: { ...spec, endpoints } }).hosts).toEqual(['127.0.0.1'])
  })
})

describe('the ConfigMap', () => {
  const data = handoverData({ version: 1, ...first }, handoverServer(connection))

  test('has all that DataLens needs, the name of the password’s Secret, and no secret', () => {
    expect(data).toMatchObject({
      keyVersion: '1',
      fingerprint: first.fingerprint,
      'public.pem': first.publicPem,
      hosts: 'ch1.acme.example\nch2.acme.example',
      port: '8443',
      user: 'datalens',
      passwordSecret: 'default-reader',
    })
    expect(Object.values(data).join('')).not.toContain('PRIVATE')
  })

  const written = (object: object, tidy = true) => {
    const handoverMap = {
      object: { metadata: { name: 'acme-handover', labels: ownLabels('acme') }, ...object },
      tidy,
    }
    return planPartnerKey(seen({ handoverMap }), undefined).steps.map(({ kind }) => kind)
  }

  test('is written only when it says something else', () => {
    expect(written({ data })).toEqual([])
    expect(written({ data: { ...data, port: '1' } })).toEqual(['writeHandover'])
    expect(written({ data: { ...data, note: 'x' } })).toEqual(['writeHandover'])
    expect(written({})).toEqual(['writeHandover'])
    expect(written({ data }, false)).toEqual(['writeHandover'])
  })

  test('waits for a key and a connection', () => {
    expect(planPartnerKey(seen({ connection: undefined }), undefined).steps).toEqual([])
    expect(planPartnerKey(seen({ secrets: {} }), undefined).steps).toEqual([])
  })
})
