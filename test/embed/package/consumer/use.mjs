// What a partner's program does with the package, on the Node that runs this: node use.mjs KEY PUBLIC-KEY SECRET-FOLDER
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { embedder, EmbedError, inspect, keyFile, sharedLink } from '@lenskeeper/embed'
import * as page from '@lenskeeper/embed/browser'
import * as pageInOneFile from '@lenskeeper/embed/browser/lens-embed.min.js'

const [, , keyPath, publicKeyPath, folder] = process.argv
const publicKey = readFileSync(publicKeyPath, 'utf8')
const embed = { platform: 'Yandex', kind: 'Dashboard', embedId: 'pgx4ekt5dj3u1', key: keyFile(keyPath) }
const headers = { 'X-Lens-Embed': '1', 'Sec-Fetch-Site': 'same-origin' }

const sales = embedder({ ...embed, required: ['tenant'], lifetime: '5m' })
const signed = await sales.sign({ params: { tenant: 'acme' } })
assert.equal(inspect(signed.url, { publicKey }).fault, undefined)

for (const params of [{}, { tenant: undefined }, { tenant: '' }, { tenant: 'half \uD800' }])
  await assert.rejects(
    sales.sign({ params }),
    error => error instanceof EmbedError && /^EMBED_PARAM_/.test(error.code),
  )

const handle = sales.endpoint(() => ({ tenant: 'globex' }))
const answer = await handle(new Request('http://127.0.0.1/', { method: 'POST', headers }))
assert.equal(answer.status, 200)

const server = createServer(sales.nodeEndpoint(() => ({ tenant: 'initech' })))
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const served = await fetch(`http://127.0.0.1:${server.address().port}/`, { method: 'POST', headers })
assert.equal(served.status, 200)

const shared = await sharedLink(folder).current()

// A page's part that is loaded on a server, as when one renders there, does nothing.
for (const { defineLensEmbed, mount } of [page, pageInOneFile]) {
  defineLensEmbed()
  assert.equal(typeof mount, 'function')
}

const links = [signed, await answer.json(), await served.json(), shared]
process.stdout.write(
  JSON.stringify({ version: process.versions.node, tokens: links.map(({ token }) => token) }),
)
server.close()
server.closeAllConnections()
