/** What a page may do, for the browser to hold it to. */
const policy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'font-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
} as const

/** @param framed whether another site may show the page in a frame, which is what an embed is for */
export function pageHeaders(framed: boolean): Readonly<Record<string, string>> {
  const own = Object.entries(policy).map(([name, value]) => `${name} ${value}`)
  return {
    'Content-Security-Policy': (framed ? own : [...own, "frame-ancestors 'none'"]).join('; '),
    'Referrer-Policy': 'no-referrer',
  }
}
