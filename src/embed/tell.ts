/** Tells a listener. One that throws or rejects must take neither a key nor an answer away, nor end the process. */
export function tell<E>(listener: (error: E) => void | Promise<void>, error: E): void {
  void (async () => {
    try {
      await listener(error)
    } catch {}
  })()
}
