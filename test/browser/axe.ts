import type { AxeResults } from 'axe-core'
import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What keeps people from using a page, in the light and in the dark: a line for each rule and element. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  const faults: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    faults.push(...(await faultsNow(page)).map(fault => `${colorScheme}: ${fault}`))
  }
  return faults
}

async function faultsNow(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  // What is in a frame is a page of its own.
  const { violations } = await page.evaluate(
    async () =>
      (await (window as unknown as { readonly axe: { run(options: object): Promise<AxeResults> } }).axe.run({
        iframes: false,
      })) satisfies AxeResults,
  )
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary ?? ''}`,
    ),
  )
}
