import { installationId } from '../../config/flag-values.ts'
import type { Flags } from '../../config/flags.ts'

export const installationFlag = {
  'installation-id': {
    type: 'string',
    placeholder: 'ID',
    description: 'as the operator’s flag; default the uid of the kube-system namespace',
    parse: installationId,
  },
} as const satisfies Flags
