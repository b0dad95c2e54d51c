import type { ConditionType } from './condition-type.ts'
import type { ObjectMeta } from '../object.ts'
import type { JsonSchema, Rule } from './json-schema.ts'
import type { Schema } from './schema.ts'

export const group = 'lenskeeper.dev'
export const version = 'v1alpha1'
export const apiVersion = `${group}/${version}`

/** An object of one of our kinds, as the API server returns it: defaults filled in. */
export interface Resource<Kind extends string, Spec, Status> {
  readonly apiVersion?: typeof apiVersion
  readonly kind?: Kind
  readonly metadata: ObjectMeta
  readonly spec: Spec
  readonly status?: Status
}

export interface PrinterColumn {
  readonly name: string
  readonly type: 'string' | 'integer' | 'date'
  readonly jsonPath: string
  readonly description: string
  /** 1: only with `-o wide`. Default: always. What tells of a fault is always shown. */
  readonly priority?: 1
}

export interface ResourceOptions<Kind extends string, Spec, Status> {
  readonly kind: Kind
  readonly plural: string
  readonly shortName: string
  /** What people call an object of it: `tenant`. */
  readonly noun: string
  readonly description: string
  readonly spec: Schema<Spec>
  readonly status: Schema<Status>
  readonly columns: readonly PrinterColumn[]
  readonly selectableFields?: readonly string[]
  readonly conditions: Readonly<Record<string, ConditionType>>
  /** Every reason that its conditions give, with its meaning. */
  readonly reasons: Readonly<Record<string, string>>
}

export interface ResourceDefinition<Kind extends string = string> {
  readonly group: typeof group
  readonly version: typeof version
  readonly apiVersion: typeof apiVersion
  readonly kind: Kind
  readonly plural: string
  readonly shortName: string
  readonly noun: string
  readonly namespaced: true
  readonly conditions: Readonly<Record<string, ConditionType>>
  readonly reasons: Readonly<Record<string, string>>
  readonly schema: JsonSchema
  /** The CustomResourceDefinition, ready to be written as YAML or sent to the API server. */
  crd(): Crd
}

export type Crd = ReturnType<typeof renderCrd>

/** Until the operator has looked: a tool that finds no status at all takes the object for done. */
const unseen = { observedGeneration: -1 }

/** Names become label values of the Secrets made for them, and a label value holds no more. */
const nameRule: Rule = {
  rule: 'size(self.metadata.name) <= 63',
  message: 'the name may have at most 63 characters: it becomes a label value',
}

export function defineResource<Kind extends string, Spec, Status>(
  options: ResourceOptions<Kind, Spec, Status>,
): ResourceDefinition<Kind> {
  const schema: JsonSchema = {
    type: 'object',
    description: options.description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: options.spec.json,
      // One writer has all of it. As a whole it is one managed field, not sixty, which each write would carry and compare.
      status: { ...options.status.json, default: unseen, 'x-kubernetes-map-type': 'atomic' },
    },
    'x-kubernetes-validations': [nameRule],
  }
  const { kind, plural, shortName, noun, conditions, reasons } = options
  const identity = { group, version, apiVersion, kind, plural, shortName, noun, namespaced: true } as const
  return { ...identity, conditions, reasons, schema, crd: () => renderCrd(schema, options) }
}

/**
 * A CRD that is deleted takes every object of its kind along. So each GitOps tool is told never to prune one.
 */
const keepAnnotations = {
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
  'helm.sh/resource-policy': 'keep',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
} as const

function renderCrd(schema: JsonSchema, options: ResourceOptions<string, unknown, unknown>) {
  const singular = options.kind.toLowerCase()
  const selectable = options.selectableFields ?? []
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${options.plural}.${group}`, annotations: keepAnnotations },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind: options.kind,
        listKind: `${options.kind}List`,
        plural: options.plural,
        singular,
        shortNames: [options.shortName],
        categories: ['lenskeeper'],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
          additionalPrinterColumns: options.columns,
          ...(selectable.length === 0
            ? {}
            : { selectableFields: selectable.map(jsonPath => ({ jsonPath })) }),
        },
      ],
    },
  } as const
}

const age = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' } as const

/** The three columns that end every table. Only what `-o wide` shows comes after them. */
export const readyColumns: readonly PrinterColumn[] = [
  {
    name: 'Ready',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    description: 'Whether it does what it is for: True, False or Unknown.',
  },
  {
    name: 'Reason',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
    description: 'Why; the condition has a message that says what to do.',
  },
  { ...age, description: 'Time since it was created.' },
]
