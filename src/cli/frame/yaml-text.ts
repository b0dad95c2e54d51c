import { stringify } from 'yaml'

/**
 * YAML that every reader takes for the same. Those of YAML 1.1 (PyYAML, Ruby, Go) take an unquoted 1:2 for a number of
 * minutes, and an unquoted `no` for a boolean; those of 1.2 an unquoted 0o17 for a number.
 */
export function yamlText(value: unknown): string {
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 0, compat: 'yaml-1.1' })
}
