/** Base64 that goes over several lines, the last of which may be too short to be told by itself. Pure. */

const lineEnd = String.raw`(?:\\?\r?\n|(?:\\{1,8}r)?\\{1,8}n)[ \t]{0,80}`
const line = String.raw`[\w+/-]{40,}`
const wrapped = new RegExp(
  String.raw`(?<![\w+/-])(\\[nrtf])?(${line})(?:${lineEnd}${line})*${lineEnd}[\w+/-]+={0,2}(?![\w+/=-])`,
  'g',
)

export function hideWrapped(text: string, mark: string): string {
  return text.replace(wrapped, (whole, newline: string | undefined, first: string) =>
    isBase64(first) ? `${newline ?? ''}${mark}` : whole,
  )
}

function isBase64(first: string): boolean {
  return /\d/.test(first) && /[A-Z]/.test(first) && /[a-z]/.test(first)
}
