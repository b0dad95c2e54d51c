/** How a private key that is lost comes back, in the words of conditions and commands alike. Pure. */
import { partnerKeySecretName } from '../api/names.ts'
import { splitKey, type ObjectKey } from '../api/object.ts'

/** Part of a sentence, to be read after whose key it is. */
export function bringBack(partnerKey: ObjectKey, version: number): string {
  const { namespace, name } = splitKey(partnerKey)
  const command = `lenskeeper key import ${name} -n ${namespace} --key-version ${version} --file FILE`
  return `bring it back from the vault (${command}), or restore Secret "${partnerKeySecretName(name, version)}" from a backup`
}
