/**
 * What the Dockerfile's last stage says to the process, so that what is measured is what is shipped. Pure.
 * @throws Error for an ENV that is written in another way than its neighbours: to leave it out would measure something else
 */
export function imageEnvironment(dockerfile: string): Record<string, string> {
  const lastStage = dockerfile.split(/^FROM /m).at(-1) ?? ''
  const lines = lastStage.split('\n').filter(line => /^\s*ENV\b/i.test(line))
  return Object.fromEntries(
    lines.map(line => {
      const [, name, quoted, plain] = /^ENV (\w+)=(?:"([^"\\]*)"|([^\s"\\]+))$/.exec(line) ?? []
      if (name === undefined)
        throw new Error(`the benchmark cannot read this line of the Dockerfile: ${line}`)
      return [name, quoted ?? plain ?? '']
    }),
  )
}
