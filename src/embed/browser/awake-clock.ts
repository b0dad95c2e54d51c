/** How far the clocks may drift apart between two readings before that means something: milliseconds. */
const driftMs = 1000

/**
 * Milliseconds from an arbitrary start; never goes backwards, and counts the time that the machine slept.
 *
 * Neither clock of a browser does both. `performance.now` stands still during a sleep in some browsers, and the
 * clock on the wall is set back and forth. So the first is followed, and where the second has gone further between
 * two readings, that is. A wall clock that is wrong by hours all the time, or is set back, changes nothing. One that is
 * set forward looks like a sleep: a mistake that costs one request, whose answer tells by the server's clock that it was
 * none (`settle.ts`). The opposite mistake would leave a dead frame.
 */
export function awakeClock(monotonic: () => number, wall: () => number): () => number {
  let lastMonotonic = monotonic()
  let lastWall = wall()
  let total = 0
  return () => {
    const passed = monotonic() - lastMonotonic
    const passedOnWall = wall() - lastWall
    lastMonotonic += passed
    lastWall += passedOnWall
    total += passedOnWall > passed + driftMs ? passedOnWall : passed
    return total
  }
}
