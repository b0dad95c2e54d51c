/** Host and port of an endpoint, for people. */
export function hostOf(url: string): string {
  return new URL(url).host
}

export function hostsOf(endpoints: readonly { readonly url: string }[]): string {
  return endpoints.map(({ url }) => hostOf(url)).join(', ')
}
