/** What somebody writes into their objects takes no memory and no place from others, and is told to them alone. */
import { embedSigningUse, labels } from '../../../../src/api/labels.ts'
import { deadlineMs, must, type HarmRow } from './row.ts'
import type { Street, Who } from './street.ts'

const forever = new AbortController().signal

const numbered = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at)

/** Thirty-two annotations of the greatest length. */
const greedy = Object.fromEntries(numbered(32).map(at => [`pad-${at}`, 'x'.repeat(4_096)]))
/** As much as is granted. */
const modest = Object.fromEntries(numbered(3).map(at => [`pad-${at}`, 'x'.repeat(4_096)]))

function asking(street: Street, name: string, annotations: object): object {
  const tenant = street.tenant(name, 'left', `left__${name.replaceAll('-', '_')}`) as {
    readonly spec: object
  }
  return { ...tenant, spec: { ...tenant.spec, secret: { annotations } } }
}

function embedding(name: string): object {
  return {
    apiVersion: 'lenskeeper.dev/v1alpha1',
    kind: 'SecureEmbed',
    metadata: { name, namespace: 'left' },
    spec: {
      platform: 'Yandex',
      kind: 'Dashboard',
      embedId: 'pgx4ekt5dj3u1',
      signingKeySecretRef: { name: 'none' },
      params: numbered(30).map(at => ({ name: `p${at}`, value: 'x'.repeat(30_000) })),
    },
  }
}

/** Somebody else's tenant comes and is served, and the one that was there still is. */
const othersAreServed =
  (newcomer: string) =>
  async (street: Street): Promise<void> => {
    await street.apply('author', street.tenant(newcomer, 'left', `left__${newcomer}`))
    await street.world.tenantIs(`left/${newcomer}`, 'True', 'Ready', deadlineMs)
    await street.world.tenantIs('left/settled', 'True', 'Ready', deadlineMs)
    const { status } = await street.sync()
    must(status === 'True', 'the shop’s connection is not Ready')
  }

/** A Secret that is offered for signing, which anybody may, filled to the brim. */
function padded(namespace: string, at: number): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `pad-${at}`,
      namespace,
      labels: { [labels.use]: embedSigningUse },
    },
    data: { pad: Buffer.alloc(700_000, 'x').toString('base64') },
  }
}

const pads = (who: Who, namespace: string, newcomer: string): HarmRow => ({
  title: `${who}: Secrets of ${namespace} that are offered and filled to the brim keep nobody from being served`,
  acts: [
    {
      what: 'offers Secrets for signing',
      do: street => street.apply(who, ...numbered(6).map(at => padded(namespace, at))),
      shows: othersAreServed(newcomer),
    },
  ],
})

export const memoryRows: readonly HarmRow[] = [
  {
    title: 'author: tenants and embeds that ask for very much are refused, each by itself',
    acts: [
      {
        what: 'asks for all that the CRD lets through',
        do: street =>
          street.apply(
            'author',
            ...numbered(6).map(at => asking(street, `greedy-${at}`, greedy)),
            ...numbered(3).map(at => embedding(`greedy-${at}`)),
          ),
        async shows(street) {
          for (const at of numbered(6))
            await street.world.tenantIs(`left/greedy-${at}`, 'False', 'SecretMetadataNotAllowed', deadlineMs)
          for (const at of numbered(3))
            await street.world.embedIs(`left/greedy-${at}`, 'False', 'InvalidSpec', deadlineMs)
          await othersAreServed('beside')(street)
        },
      },
    ],
  },
  {
    title: 'author: the most that is granted for a Secret fits into it, however full it is',
    acts: [
      {
        what: 'asks for it',
        do: street => street.apply('author', asking(street, 'modest', modest)),
        async shows(street) {
          await street.world.tenantIs('left/modest', 'True', 'Ready', deadlineMs)
          const secret = await street.world.secrets.get('left/modest-datalens', forever)
          must(secret?.metadata.annotations?.['pad-2']?.length === 4_096, 'it has not what was asked for')
        },
      },
    ],
  },
  pads('administrator', 'right', 'c7'),
  pads('neighbour', 'next', 'c8'),
]
