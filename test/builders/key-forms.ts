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
    [
      'the body alone, in narrow lines',
      body
        .join('')
        .match(/.{1,10}/g)
        ?.join('\n  ') ?? '',
    ],
    ['the body alone, without its padding', body.join('').replace(/=+$/, '')],
    ['the body alone, behind its name', `publicKey: ${body.join('')}`],
    ['the body alone, behind a comment', `# DataLens\n${body.join('\n')}`],
    ['the body alone, and a comment', `${body.join('')} # DataLens`],
    ['in the alphabet for URLs', toUrlAlphabet(lines).join('\n')],
    ['in the alphabet for URLs, folded', toUrlAlphabet(lines).join(' ')],
    ['the body alone, in the alphabet for URLs', toUrlAlphabet(body).join('').replace(/=+$/, '')],
    ['line breaks as JSON may write them', pem.replaceAll('\n', '\\u000a')],
    ['plus signs as JSON may write them', pem.replaceAll('+', '\\u002B').replaceAll('\n', '\\n')],
    ['slashes as JSON may write them', pem.replaceAll('/', '\\/').replaceAll('\n', '\\n')],
    ['of a URL', encodeURIComponent(pem)],
    ['of a URL, encoded twice', encodeURIComponent(encodeURIComponent(pem))],
    ['line breaks of a URL', pem.replaceAll('\n', '%0D%0A')],
    ['of a form', new URLSearchParams({ key: pem }).toString().replace('key=', '')],
    ['of a form that was read without being written', pem.replaceAll('+', ' ')],
    ['line breaks of HTML', pem.replaceAll('\n', '&#10;')],
    ['line breaks of HTML, in hexadecimal', pem.replaceAll('\n', '&#x0D;&#xA;')],
    ['line breaks of HTML, escaped twice', pem.replaceAll('\n', '&amp;#10;')],
    ['lines of HTML', lines.join('<br />\n')],
    ['quotes of a word processor', `“${pem.trim()}”`],
    ['quotes of a French word processor', `« ${pem.trim()} »`],
    ['a block of Markdown', `\`\`\`pem\n${pem}\`\`\`\n`],
    ['a list', lines.map(line => `- ${line}`).join('\n')],
    ['comments at the lines', lines.map(line => `${line} # DataLens`).join('\n')],
    ['a comment behind it', `${pem.trim()} # DataLens`],
    ['of a mail that is quoted-printable', pem.replaceAll('=', '=3D')],
    ['a data URL', `data:application/x-pem-file;base64,${Buffer.from(pem).toString('base64')}`],
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

function toUrlAlphabet(lines: readonly string[]): readonly string[] {
  return lines.map(line => (line.startsWith('-----') ? line : line.replaceAll('+', '-').replaceAll('/', '_')))
}
