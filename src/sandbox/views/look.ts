import { languageOf, type Language } from '../pages/texts/language.ts'

/** How a page is to look, as its address says. */
export interface Look {
  readonly language: Language
  /** Undefined: as the system has it. */
  readonly theme: 'light' | 'dark' | undefined
  /** What links to other pages carry on, such as `?_lang=ru`. */
  readonly query: string
}

interface Asked {
  readonly query: URLSearchParams
  readonly acceptLanguage: string | undefined
}

export function lookOf({ query, acceptLanguage = '' }: Asked): Look {
  const asked = languageOf(query.get('_lang'))
  const wanted = query.get('_theme')
  const theme = wanted === 'light' || wanted === 'dark' ? wanted : undefined
  return {
    language: asked ?? (/^\s*ru\b/i.test(acceptLanguage) ? 'ru' : 'en'),
    theme,
    query: queryOf(asked, theme),
  }
}

/** The same page in another look. */
export function queryOf(language: Language | undefined, theme: Look['theme']): string {
  const query = new URLSearchParams()
  if (language !== undefined) query.set('_lang', language)
  if (theme !== undefined) query.set('_theme', theme)
  return query.size === 0 ? '' : `?${query.toString()}`
}
