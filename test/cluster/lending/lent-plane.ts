/** Asks the lender of this run, which global-control-plane.ts starts, for what it lends. */
import { inject } from 'vitest'
import type { LentPlane } from './plane-lender.ts'

/** A control plane with deploy/ applied and nothing else, that no other file has until it is given back. */
export async function borrowPlane(): Promise<LentPlane> {
  return await ask<LentPlane>('borrow')
}

export async function giveBack({ id }: LentPlane): Promise<void> {
  await ask(`return/${id}`)
}

/** The program of the image, bundled once for all files: it starts in a fraction of the time. */
export async function bundledProgram(): Promise<string> {
  const { program } = await ask<{ readonly program: string }>('program')
  return program
}

async function ask<T>(what: string): Promise<T> {
  const answer = await fetch(`${inject('planes')}/${what}`, { method: 'POST' })
  if (!answer.ok) throw new Error(await answer.text())
  return (await answer.json()) as T
}
