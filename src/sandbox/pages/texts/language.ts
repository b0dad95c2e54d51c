/** The languages of the pages. */
export type Language = 'en' | 'ru'

export const languages: readonly Language[] = ['en', 'ru']

/** The same texts in each language: what one has, the other has to have. */
export type Texts<T> = Readonly<Record<Language, T>>

/** @param wanted a text from an address or a document */
export function languageOf(wanted: string | null | undefined): Language | undefined {
  return languages.find(language => language === wanted)
}

/** A Russian noun has three forms after a number: 1 строка, 2 строки, 5 строк. */
export function russianCount(count: number, [one, few, many]: readonly [string, string, string]): string {
  const form = { one, few, many }[russianRules.select(count) as 'one' | 'few' | 'many'] ?? many
  return `${count.toLocaleString('ru')} ${form}`
}

const russianRules = new Intl.PluralRules('ru')

export function englishCount(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}
