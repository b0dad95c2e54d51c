import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { imageEnvironment } from '../../bench/image-environment.ts'

it('takes every ENV of the last stage, also what has spaces', () => {
  const dockerfile = 'FROM a\nENV OTHER=1\nFROM b\nENV A=1\nENV B="--x=8 --y"\nUSER 1\n'
  expect(imageEnvironment(dockerfile)).toEqual({ A: '1', B: '--x=8 --y' })
})

it.each(['ENV A 1', 'ENV A=1 B=2', 'ENV A="1', 'ENV A=1 \\', ' env A=1'])('refuses to overlook %j', line => {
  expect(() => imageEnvironment(`FROM a\n${line}\n`)).toThrow('cannot read this line')
})

it('has what makes the operator of the image lean', () => {
  const text = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')
  expect(imageEnvironment(text)).toMatchObject({
    NODE_OPTIONS: expect.stringContaining('--max-semi-space-size=8'),
    MALLOC_ARENA_MAX: '2',
  })
})
