import { once } from 'node:events'
import net, { type AddressInfo, type Server, type Socket } from 'node:net'
import tls from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { fenceSocket } from '../../../src/clickhouse/endpoint/fenced-socket.ts'
import { makeTestCertificate } from '../../proxies/test-certificate.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A server that writes down what it is told. */
async function listen(server: Server, event: 'connection' | 'secureConnection') {
  let heard = ''
  server.on(event, (socket: Socket) => {
    socket.on('data', chunk => (heard += String(chunk))).on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server.close())
  return { port: (server.address() as AddressInfo).port, heard: () => heard }
}

/** The socket's end, whichever way it comes, and that of the other side. */
async function over(socket: Socket, server: Server): Promise<void> {
  socket.on('error', () => undefined)
  await new Promise(resolve => socket.once('close', resolve))
  const closed = once(server, 'close')
  server.close()
  await closed
}

test('what is written while the fence is open is sent', async () => {
  const server = net.createServer()
  const { port, heard } = await listen(server, 'connection')
  const socket = net.connect(port, '127.0.0.1')
  fenceSocket(socket, () => true)
  socket.end('GRANT')
  await over(socket, server)
  expect(heard()).toBe('GRANT')
})

test('what waits for the connection when it closes is not', async () => {
  let isOpen = true
  const server = net.createServer()
  const { port, heard } = await listen(server, 'connection')
  const socket = net.connect(port, '127.0.0.1')
  fenceSocket(socket, () => isOpen)
  socket.write('GRANT')
  isOpen = false
  await over(socket, server)
  expect(heard()).toBe('')
})

test('what waits for the end of a TLS handshake when it closes is not', async () => {
  let isOpen = true
  const { certPem, keyPem } = makeTestCertificate()
  const server = tls.createServer({ cert: certPem, key: keyPem })
  const { port, heard } = await listen(server, 'secureConnection')
  const socket = tls.connect({ host: '127.0.0.1', port, ca: certPem })
  fenceSocket(socket, () => isOpen)
  socket.write('GRANT')
  socket.on('connect', () => (isOpen = false))
  await over(socket, server)
  expect(heard()).toBe('')
})

test('what is written after it has closed is not', async () => {
  let isOpen = true
  const server = net.createServer()
  const { port, heard } = await listen(server, 'connection')
  const socket = net.connect(port, '127.0.0.1')
  fenceSocket(socket, () => isOpen)
  await once(socket, 'connect')
  isOpen = false
  socket.write('GRANT')
  await over(socket, server)
  expect(heard()).toBe('')
})
