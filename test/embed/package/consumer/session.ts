// What the examples of the README stand upon.
export interface User {
  readonly tenant: string
  readonly mayReadSales: boolean
}

export async function sessionOf(request: unknown): Promise<User | null> {
  return request === undefined ? null : { tenant: 'acme', mayReadSales: true }
}

export async function viewerOf(request: unknown): Promise<{ tenant: string } | null | 'denied'> {
  return request === undefined ? null : { tenant: 'acme' }
}
