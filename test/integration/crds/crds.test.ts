import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../../src/api/definition/json-schema.ts'
import { kubectl } from '../../cluster/cluster.ts'
import { type Accepted, type Change, type Kind, definitions, type Refused, type Spec } from './cases.ts'
import { acceptedConnections, refusedConnections } from './connection-cases.ts'
import { acceptedEmbeds, embedChanges, refusedEmbeds } from './embed-cases.ts'
import { acceptedKeys, keyChanges, refusedKeys } from './key-cases.ts'
import { apiVersion, type Draft, draft, usePlace } from './place.ts'
import { acceptedTenants, refusedTenants, tenantChanges } from './tenant-cases.ts'

const place = usePlace()

const tables: readonly (readonly [Kind, readonly Accepted[], readonly Refused[], readonly Change[]])[] = [
  ['ClickHouseConnection', acceptedConnections, refusedConnections, []],
  ['PartnerKey', acceptedKeys, refusedKeys, keyChanges],
  ['ConnectorTenant', acceptedTenants, refusedTenants, tenantChanges],
  ['SecureEmbed', acceptedEmbeds, refusedEmbeds, embedChanges],
]

describe.each(tables)('%s', (kind, accepted, refused, changes) => {
  it('is a structural schema with accepted names', async () => {
    const json = await kubectl(['get', `crd/${definitions[kind].plural}.lenskeeper.dev`, '-o', 'json'])
    const { status } = JSON.parse(json) as { status: { conditions: { type: string; status: string }[] } }
    const held = status.conditions.filter(condition => condition.status === 'True').map(({ type }) => type)
    expect(held.sort()).toEqual(['Established', 'NamesAccepted'])
  })

  it.each(accepted)('takes %s', async (_name, change) => {
    const answer = await place.create(draft(kind, change))
    expect(answer).toMatchObject({ status: 201, warnings: '' })
    expect(answer.body.spec).toMatchObject(change)
  })

  it.each(refused)('refuses %s', async (_name, change, says) => {
    const answer = await place.create(draft(kind, change))
    expect(answer.status).toBe(422)
    expect(answer.body.message).toContain(says)
  })

  it('refuses unknown fields where the client asks for that, as kubectl does', async () => {
    const answer = await place.create(draft(kind, { suspended: true }))
    expect(answer.status).toBe(400)
    expect(answer.body.message).toContain('unknown field "spec.suspended"')
  })

  it('drops unknown fields otherwise', async () => {
    const answer = await place.create(draft(kind, { suspended: true }), 'dryRun=All&fieldValidation=Ignore')
    expect(answer.status).toBe(201)
    expect(answer.body.spec).not.toHaveProperty('suspended')
  })

  it('takes a name of 63 characters and refuses one of 64', async () => {
    expect((await place.create(draft(kind, {}, 'n'.repeat(63)))).status).toBe(201)
    const answer = await place.create(draft(kind, {}, 'n'.repeat(64)))
    expect(answer.status).toBe(422)
    expect(answer.body.message).toContain('at most 63 characters')
  })

  it('refuses an object without a spec', async () => {
    const answer = await place.ask('POST', kind, '?dryRun=All', {
      apiVersion,
      kind,
      metadata: { name: 'case' },
    })
    expect(answer.body.message).toContain('spec: Required value')
  })

  it('has a case for each of its rules, so that none is there in vain', async () => {
    const answers = await Promise.all(refused.map(([, change]) => place.create(draft(kind, change))))
    const said = [
      ...answers.map(({ body }) => body.message ?? ''),
      ...changes.map(([, , , says]) => says ?? ''),
    ]
    const never = [...rulesOf(kind)].filter(
      ({ place, message }) => !said.some(text => says(text, place, message)),
    )
    expect(never).toEqual([])

    function isFixed(text: string): boolean {
      return text.includes('cannot be changed')
    }

    function says(text: string, place: RegExp, message: string): boolean {
      return place.test(text) && (text.includes(message) || (isFixed(message) && isFixed(text)))
    }
  })

  it.runIf(changes.length > 0).each(changes)('changed later: %s', async (_name, before, after, says) => {
    const created = await place.create(draft(kind, before, 'changing'), 'fieldValidation=Strict')
    expect(created.status).toBe(201)
    try {
      const { metadata } = created.body as unknown as Draft
      const next = { apiVersion, ...draft(kind, after), metadata }
      const answer = await place.ask('PUT', kind, '/changing?dryRun=All', next)
      expect({ status: answer.status, message: answer.body.message }).toEqual({
        status: says === undefined ? 200 : 422,
        message: says === undefined ? undefined : expect.stringContaining(says),
      })
    } finally {
      await place.ask('DELETE', kind, '/changing')
    }
  })
})

describe('what a refusal does not repeat', () => {
  it.each([
    [
      'a private key',
      draft('PartnerKey', keyWith('-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----')),
    ],
    ['a key without its armour', draft('PartnerKey', keyWith('hunter2'))],
    ['a key that is far too long', draft('PartnerKey', keyWith('hunter2'.repeat(2000)))],
    ['a password in an endpoint', draft('ClickHouseConnection', { endpoints: ['https://u:hunter2@a:8443'] })],
    ['a password in a wrong endpoint', draft('ClickHouseConnection', { endpoints: ['u:hunter2@a'] })],
  ])('%s', async (_name, object) => {
    const answer = await place.create(object)
    expect(answer.status).toBe(422)
    expect(JSON.stringify(answer.body)).not.toContain('hunter2')
  })

  function keyWith(publicKey: string): Spec {
    return { dataLens: { keyVersion: 1, publicKey } }
  }
})

interface PlacedRule {
  readonly place: RegExp
  readonly message: string
}

function rulesOf(kind: Kind): Iterable<PlacedRule> {
  return walk(definitions[kind].schema.properties?.spec ?? {}, 'spec')
}

function* walk(schema: JsonSchema, path: string): Generator<PlacedRule> {
  for (const { message, fieldPath = '' } of schema['x-kubernetes-validations'] ?? []) {
    yield { place: new RegExp(`${path}${fieldPath.replaceAll('.', '\\.')}: `), message }
  }
  for (const [name, field] of Object.entries(schema.properties ?? {})) yield* walk(field, `${path}\\.${name}`)
  if (schema.items !== undefined) yield* walk(schema.items, `${path}\\[[0-9]+\\]`)
  if (schema.additionalProperties !== undefined)
    yield* walk(schema.additionalProperties, `${path}(\\.|\\[)[^:]+`)
}
