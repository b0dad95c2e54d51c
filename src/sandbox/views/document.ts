import { html } from 'hono/html'
import type { Look } from './look.ts'

export type Html = ReturnType<typeof html>

/** Where the bundled files of a page are. */
export interface PageFiles {
  readonly style: string
  /** Undefined for a page that works without one. */
  readonly script: string | undefined
}

export interface DocumentOptions extends PageFiles {
  readonly title: string
  /** Of the body, for its styles. */
  readonly name: string
  readonly body: Html
}

/** A whole page. It has neither a style nor a script within, so that its policy needs no exception. */
export function document({ language, theme }: Look, options: DocumentOptions): Html {
  const { title, name, body, style, script } = options
  return html`<!doctype html>
<html lang="${language}"${theme === undefined ? '' : html` data-theme="${theme}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${style}">
${script === undefined ? '' : html`<script type="module" src="${script}"></script>`}
</head>
<body class="${name}">
${body}
</body>
</html>
`
}
