/** Error bodies of the charts API and the storage. Source: charts-engine/controllers/embeds.ts of datalens-ui. Pure. */
import type { Refusal } from './model.ts'

export const codes = {
  tokenNotFound: 'ERR.CHARTS.TOKEN_NOT_FOUND',
  invalidTokenFormat: 'ERR.CHARTS.INVALID_TOKEN_FORMAT',
  invalidToken: 'ERR.CHARTS.INVALID_TOKEN',
  outdatedDependencies: 'ERR.CHARTS.OUTDATED_DEPENDENCIES',
  incorrectEntry: 'INCORRECT_ENTRY_ID_FOR_EMBED',
  embedNotExists: 'EMBED_NOT_EXISTS',
  secretNotExists: 'EMBEDDING_SECRET_NOT_EXISTS',
} as const

/** The charts API refuses by itself, before it asks anybody. */
export function refusedByCharts(status: number, code: string, message: string): Refusal {
  return { status, body: { code, extra: { message, hideRetry: true } } }
}

/** What the storage and the data backend answer. */
export function refusedByBackend(status: number, code: string, message: string): Refusal {
  return { status, body: { code, message } }
}

/** How the charts API hands on what a backend refused. */
export function handedOn({ status, body }: Refusal): Refusal {
  if (body['code'] === codes.incorrectEntry) {
    return refusedByCharts(409, codes.outdatedDependencies, 'Dependencies of embed are outdated')
  }
  const error = { code: status, details: { code: status }, extra: { hideRetry: false } }
  return { status, body: { code: status, error } }
}

/** The same for a dashboard itself, which another controller serves: embedded-entry.ts of datalens-ui. */
export function handedOnForDashboard({ status }: Refusal): Refusal {
  const code = 'ERR.ENTRY.CONFIG_LOADING_ERROR'
  return { status, body: { error: { code, details: { code: status }, extra: { hideRetry: false } } } }
}
