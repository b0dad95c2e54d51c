/** Observe mode tells a tenant's author what would be done, and nothing of the server that it would be done on. */
import { eventually } from '../../../time/eventually.ts'
import { deadlineMs, must, type HarmRow } from './row.ts'
import { shop, type Street, type Who } from './street.ts'

const forever = new AbortController().signal
const annotations = { 'lenskeeper.dev/mode': 'Observe' }

/** What is only for those who may read the shop's connection. */
async function secretWords({ world }: Street): Promise<readonly string[]> {
  const hosts = world.environment.clickhouse.endpoints.map(url => new URL(url).host)
  const installation = await world.kubectl(['get', 'ns', 'kube-system', '-o', 'jsonpath={.metadata.uid}'])
  return [...hosts, shop.reader, shop.account.username, installation]
}

async function tellsNothing(street: Street, namespace: string): Promise<void> {
  const read = ['get', 'ctenant,dlembed,events,secrets', '-n', namespace, '-o', 'json']
  const text = await street.world.kubectl(read)
  const words = (await secretWords(street)).filter(word => text.includes(word))
  must(words.length === 0, `namespace ${namespace} can read ${words.join(', ')}`)
}

interface Observed {
  readonly who: Who
  readonly key: string
  readonly database: string
  /** Whether there is something to do. */
  readonly planned: boolean
}

function observes({ who, key, database, planned }: Observed): HarmRow {
  const [namespace = '', name = ''] = key.split('/')
  return {
    title: `${who}: ${key} in observe mode shows neither address nor reader nor installation`,
    acts: [
      {
        what: 'observes a tenant',
        async do(street) {
          const tenant = street.tenant(name, namespace, database) as { readonly metadata: object }
          await street.apply(who, { ...tenant, metadata: { ...tenant.metadata, annotations } })
          await eventually(
            async () => {
              const plan = (await street.world.tenants.get(key, forever))?.status?.plan
              return plan !== undefined && plan.length > 0 === planned
            },
            { deadlineMs, what: `${key} is observed` },
          )
        },
        async shows(street) {
          await tellsNothing(street, namespace)
          const log = street.world.operators.map(operator => operator.log()).join('')
          must(
            log.includes(`GRANT SELECT ON \`${database}\``) === planned,
            'the log has not what is held back',
          )
        },
      },
    ],
  }
}

function observesAnEmbed(who: Who, key: string): HarmRow {
  const [namespace = '', name = ''] = key.split('/')
  return {
    title: `${who}: the embed ${key} in observe mode shows neither address nor reader nor installation`,
    acts: [
      {
        what: 'observes an embed',
        async do(street) {
          await street.apply(who, {
            apiVersion: 'lenskeeper.dev/v1alpha1',
            kind: 'SecureEmbed',
            metadata: { name, namespace, annotations },
            spec: {
              platform: 'Yandex',
              kind: 'Dashboard',
              embedId: 'pgx4ekt5dj3u1',
              signingKeySecretRef: { name: 'none' },
            },
          })
          await eventually(
            async () => (await street.world.embeds.get(key, forever))?.status?.plan !== undefined,
            { deadlineMs, what: `${key} is observed` },
          )
        },
        shows: street => tellsNothing(street, namespace),
      },
    ],
  }
}

export const observeRows: readonly HarmRow[] = [
  observes({ who: 'author', key: 'left/seen', database: 'left__seen', planned: true }),
  observes({ who: 'author', key: 'outside/seen', database: 'outside__seen', planned: false }),
  observes({ who: 'administrator', key: 'right/seen', database: 'right__seen', planned: true }),
  observesAnEmbed('administrator', 'right/seen'),
  observes({ who: 'neighbour', key: 'outside/next-seen', database: 'outside__next', planned: false }),
]
