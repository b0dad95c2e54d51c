/** What CHANGELOG.md says of one version. */

const unreleased = 'Unreleased'

/**
 * The notes of a version: its section, or what is there for the next one while it has none.
 * @throws where there is neither, or nothing in it
 */
export function notesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1)
  const named = (name: string): string | undefined =>
    sections.find(section => section.startsWith(`[${name}]`))
  const section = named(version) ?? named(unreleased)
  const body = section?.slice(section.indexOf('\n') + 1).trim() ?? ''
  if (body === '')
    throw new Error(
      `CHANGELOG.md has nothing under "## [${version}]" or "## [${unreleased}]": say what is new`,
    )
  return `# Lenskeeper ${version}\n\n${body}\n`
}
