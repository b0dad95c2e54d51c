/** Told what a long start is at, to show it to whoever waits. */
export interface Progress {
  /** Something begins. Call the function that is returned when it is done, with a few words on the result. */
  begin(what: string): (result?: string) => void
  /** A line that is worth showing at once. */
  note(line: string): void
}

export const silentProgress: Progress = { begin: () => () => undefined, note: () => undefined }
