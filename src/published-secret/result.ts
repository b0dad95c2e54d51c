import type { Run } from '../runtime/run-steps.ts'

/**
 * What came of a run, with a failure in words.
 *
 * @param run.minted what the run made and put into the Secret
 */
export async function resultOf<Step, Minted, Failure>(
  { done, failure, minted }: Run<Step> & { readonly minted: Minted | undefined },
  explain: (failed: NonNullable<Run<Step>['failure']>) => Promise<Failure>,
) {
  const explained = failure === undefined ? undefined : await explain(failure)
  return {
    done,
    ...(explained === undefined ? {} : { failure: explained }),
    ...(minted === undefined ? {} : { minted }),
  }
}
