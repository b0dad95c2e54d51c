/** ObjectMeta as people write it. CRDs hold no schema for it: the API server checks it by itself. */
import { labelValue, namespaceForm, objectNameForm } from '../../api/fields/fields.ts'
import type { JsonSchema } from '../../api/definition/json-schema.ts'

const text: JsonSchema = { type: 'string' }
const anything: JsonSchema = {}

const metadataSchema: JsonSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 253, 'x-kubernetes-validations': [objectNameForm] },
    generateName: text,
    namespace: { type: 'string', maxLength: 63, 'x-kubernetes-validations': [namespaceForm] },
    labels: { type: 'object', additionalProperties: labelValue.json },
    annotations: { type: 'object', additionalProperties: text },
    finalizers: { type: 'array', items: text },
    ownerReferences: { type: 'array', items: anything },
    uid: text,
    resourceVersion: text,
    generation: anything,
    creationTimestamp: anything,
    deletionTimestamp: anything,
    deletionGracePeriodSeconds: anything,
    managedFields: anything,
    selfLink: text,
  },
}

/** @param generated whether the API server makes the name, from `generateName` */
export function metadataSchemaFor(generated: boolean): JsonSchema {
  return generated ? metadataSchema : { ...metadataSchema, required: ['name'] }
}
