import { encodeMark, markIn } from '../../src/tenancy/mark.ts'

/** The mark of a retired database as if so many milliseconds had gone by on the server since. */
export function olderMark(comment: string, ms: number): string {
  const mark = markIn(comment)
  if (mark?.retiredAt === undefined || mark.dropsAt === undefined) throw new Error(`not retired: ${comment}`)
  return encodeMark({ ...mark, retiredAt: mark.retiredAt - ms, dropsAt: mark.dropsAt - ms })
}
