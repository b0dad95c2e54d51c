/** What `go build -v` writes, as it concerns people. Pure. */

const isDownload = (line: string): boolean => line.startsWith('go: downloading ')
/** `-v` names each package when its compiler starts. */
const isPackage = (line: string): boolean => /^[\w.~/-]+$/.test(line)

function linesOf(log: string): readonly string[] {
  return log.split('\n').filter(line => line.trim() !== '')
}

/** How far it is, for people; undefined before anything is known. */
export function progressIn(log: string): string | undefined {
  const lines = linesOf(log)
  const compiled = lines.filter(isPackage).length
  if (compiled > 0) return `${compiled} packages so far`
  const downloaded = lines.filter(isDownload).length
  return downloaded > 0 ? `${downloaded} modules downloaded so far` : undefined
}

/** The end of what it complains about: all but the names of packages and modules. */
export function complaintsIn(log: string): string {
  return linesOf(log)
    .filter(line => !isDownload(line) && !isPackage(line))
    .slice(-15)
    .join('\n')
}
