/** One key in the forms in which people have it, none of which leaves a doubt about what it is. */
export function keyForms(pem: string): readonly (readonly [name: string, text: string])[] {
  const lines = pem.trim().split('\n')
  const [begin = '', ...rest] = lines
  const body = rest.slice(0, -1)
  const end = rest.at(-1) ?? ''
  const certificate = `-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n`
  return [
    ['as it was made', pem],
    ['CRLF', pem.replaceAll('\n', '\r\n')],
    ['CR', pem.replaceAll('\n', '\r')],
    ['line breaks written out', pem.replaceAll('\n', '\\n')],
    ['CRLF written out', pem.replaceAll('\n', '\\r\\n')],
    ['line breaks written out twice', pem.replaceAll('\n', '\\\\n')],
    ['a backslash at the end of each line', lines.join(' \\\n')],
    ['folded by YAML', pem.replaceAll('\n', ' ')],
    ['folded at another width', `${begin}\n${(body.join('').match(/.{1,20}/g) ?? []).join('\n')}\n${end}`],
    ['folded within its first line', pem.replaceAll(/(BEGIN|PUBLIC|PRIVATE) /g, '$1\n')],
    ['no line breaks at all', lines.join('')],
    ['blank lines between', lines.join('\n\n')],
    ['indented', lines.map(line => `    ${line}`).join('\n')],
    ['indented by tabs', lines.map(line => `\t${line}`).join('\n')],
    ['non-breaking spaces around', `\u00A0${lines.join('\u00A0\n\u00A0')}\u00A0`],
    ['non-breaking spaces within', pem.replaceAll(' ', '\u00A0')],
    ['a byte order mark', `\uFEFF${pem}`],
    ['zero-width spaces', lines.join('\u200B\n\u2060')],
    ['UTF-16 read as UTF-8', Buffer.from(`\uFEFF${pem}`, 'utf16le').toString('utf8')],
    ['without an end of line', pem.trim()],
    ['text around it', `DataLens, 27.11.2026:\n\n${pem}\nkeep it\n`],
    ['in a mail', lines.map(line => `> ${line}`).join('\n')],
    ['in quotes', `"${pem.replaceAll('\n', '\\n')}"`],
    ['each line in quotes', lines.map(line => `"${line}",`).join('\n')],
    ['a field of JSON', JSON.stringify({ id: 'ajk', key: pem })],
    ['a certificate beside it', `${certificate}${pem}`],
    ['a dash lost', pem.slice(1)],
    ['all dashes at the start lost', pem.replace(/^-+/, '')],
    ['dashes of a word processor', pem.replaceAll('-----', '—–—')],
    ['the END line lost', [begin, ...body].join('\n')],
    ['the BEGIN line lost', rest.join('\n')],
    ['the body alone', body.join('')],
    ['the body alone, in lines', body.join('\r\n')],
    ['the body alone, folded', body.join(' ')],
    ['the body alone, without its padding', body.join('').replace(/=+$/, '')],
    ['base64 of it', Buffer.from(pem).toString('base64')],
    [
      'base64 of it, in lines',
      (
        Buffer.from(pem)
          .toString('base64')
          .match(/.{1,76}/g) ?? []
      ).join('\n'),
    ],
  ]
}
