/** DataLens's public key, as the API server judges it: `inspectPublicKey` then says what is wrong with what passes. */
import { cel, type Rule } from '../definition/json-schema.ts'
import { string } from '../definition/schema.ts'

/** Whatever a line break, an indent or a quote leaves may stand between two characters of base64. */
const between = '\\W*'
const start = '(^|[^A-Za-z0-9+/_-])'

/** @param form a pattern of single characters, of which `.` is any of base64 */
function spaced(form: string): string {
  const parts = form.match(/\[[^[\]]+\]|\([^()]+\)|./g) ?? []
  return parts.map(part => (part === '.' ? '[A-Za-z0-9+/_-]' : part)).join(between)
}

/** How the words look in base64, wherever in three bytes they begin. */
function inBase64(words: string): readonly string[] {
  return [0, 1, 2].map(offset => {
    const encoded = Buffer.from(`${'\0'.repeat(offset)}${words}`).toString('base64')
    // Where they do not fill a character, it depends on what is beside them.
    const whole = Math.floor(((offset + words.length) * 8) / 6)
    return spaced(encoded.slice(Math.ceil((offset * 8) / 6), whole))
  })
}

/** How the base64 of DER begins, by its form. A private key has a version first, or the name of a cipher. */
const privateDer = ['MII...IBA[AD]', 'MI[GH].AgE[AB]', 'M..CAQ[AE]', 'MII.....Bg[ko]qhkiG9w0B(BQ|DA)'].map(
  form => `${start}${spaced(form)}`,
)
const publicDer = ['MII..[DTjz]ANBgkqhkiG9w0BAQEFAAOC', 'MII..[AQgw]KC', 'MIG.MA0GCSqGSIb3DQEBAQUAA4'].map(
  form => `${start}${spaced(form)}[^\\x00]{100}`,
)
const certificateDer = `${start}${spaced('MII...CC')}`

const isPrivate = matches([
  'PRIVATE',
  'PuTTY-User-Key',
  ...inBase64('PRIVATE KEY'),
  ...inBase64('PuTTY-User-Key'),
  ...privateDer,
])
const isPublic = matches(['PUBLIC[^A-Z]{1,12}KEY', ...inBase64('PUBLIC KEY'), ...publicDer])
const isCertificate = matches(['BEGIN[^a-z]{1,30}CERTIFICATE', ...inBase64('CERTIFICATE'), certificateDer])
const isOpenSsh = `(!self.contains('BEGIN ') && ${matches(['^\\W*(ssh|ecdsa|sk)-'])})`
const block = 'BEGIN[^A-Z]([A-Z]{1,8} )?PUBLIC'
const isSeveral = matches([`${block}[^\\x00]*${block}`])

function matches(patterns: readonly string[]): string {
  return `self.matches(r'${patterns.join('|')}')`
}

function forbidden(rule: string, message: string): Rule {
  return cel(rule, message, { reason: 'FieldValueForbidden' })
}

/**
 * This value may be a private key, pasted by mistake. The API server quotes a value that does not match its pattern or
 * is invalid. So there is no pattern, and the rules answer FieldValueForbidden, with which it does not quote.
 *
 * Whatever `inspectPublicKey` takes is taken here, too: a rule that is stricter would refuse what it cannot name.
 */
export const publicKey = string(
  'DataLens’s public key as PEM (BEGIN PUBLIC KEY), or its base64 alone: RSA, 2048 bits, exponent 65537. Never a private key.',
  {
    minLength: 1,
    maxLength: 8192,
    rules: [
      forbidden(
        `!${isPrivate}`,
        'this is a private key, and only DataLens’s PUBLIC key belongs here. It has been sent to the API server and may stand in its audit log, in Git and in your shell’s history: treat it as leaked and make a new pair',
      ),
      forbidden(
        `${isPrivate} || ${isPublic} || !${isCertificate}`,
        'is a certificate, and DataLens’s public key belongs here. Ask DataLens for it; if this is its certificate, openssl x509 -in cert.pem -pubkey -noout prints the key of it',
      ),
      forbidden(
        `${isPrivate} || !${isOpenSsh}`,
        'is a line of OpenSSH, and DataLens’s public key belongs here. If this is it, ssh-keygen -e -m PKCS8 -f key.pub prints it as PEM',
      ),
      forbidden(
        `${isPrivate} || ${isPublic} || ${isCertificate} || ${isOpenSsh}`,
        'must be one public key as DataLens sent it: from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----, or the base64 between them',
      ),
      forbidden(
        `${isPrivate} || !${isSeveral}`,
        'holds several public keys: leave only the one that keyVersion stands for',
      ),
    ],
  },
)
