/** An Event as the API server takes it. Pure. */
import { toMicroTimestamp } from '../../core/timestamp.ts'
import type { KubeObject } from '../../api/object.ts'
import { events } from './resources.ts'

export interface EventInput {
  /** The object the event is about, with apiVersion, kind, name, namespace and uid. */
  readonly regarding: KubeObject
  readonly type: 'Normal' | 'Warning'
  /** UpperCamelCase, at most 128 characters. */
  readonly reason: string
  /** For people; cut at 1024 bytes. */
  readonly note: string
  /** What was done or tried, UpperCamelCase. */
  readonly action: string
  /** Tells occasions apart: the same event about another occasion is another Event. */
  readonly occasion?: string
}

export interface Occurrences {
  readonly count: number
  /** When it first was so, and when last: milliseconds since the epoch. */
  readonly firstAt: number
  readonly lastAt: number
}

const longestNoteBytes = 1024
const controller = 'lenskeeper.dev/operator'

/** All that is kept of it: an object may be large, and many are remembered. */
export function leanEvent(event: EventInput): EventInput {
  const { apiVersion, kind, metadata } = event.regarding
  const { namespace, name, uid, resourceVersion } = metadata
  return {
    ...event,
    regarding: {
      ...(apiVersion === undefined ? {} : { apiVersion }),
      ...(kind === undefined ? {} : { kind }),
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
    },
    // Notes are remembered, and some of them quote what an API server says.
    note: cutAtBytes(event.note, longestNoteBytes),
  }
}

/** Events about cluster-wide objects live in `default`, as everywhere in Kubernetes. */
export function namespaceOf({ regarding }: EventInput): string {
  return regarding.metadata.namespace ?? 'default'
}

/** @param random for a name that no other has */
export function eventName({ regarding }: EventInput, random: number): string {
  const suffix = Math.floor(random * 2 ** 48)
    .toString(16)
    .padStart(12, '0')
  return `${regarding.metadata.name.slice(0, 200)}.${suffix}`
}

export function eventBody(
  event: EventInput,
  { name, instance, ...so }: Occurrences & { readonly name: string; readonly instance: string },
): object {
  const { regarding, type, reason, action, note } = event
  const { apiVersion, kind, metadata } = regarding
  return {
    apiVersion: events.apiVersion,
    kind: events.kind,
    metadata: { namespace: namespaceOf(event), name },
    regarding: { apiVersion, kind, ...metadata },
    type,
    reason,
    action,
    note,
    eventTime: toMicroTimestamp(so.firstAt),
    ...(so.count > 1 ? seriesOf(so) : {}),
    reportingController: controller,
    reportingInstance: instance.slice(0, 128) || 'operator',
  }
}

/** That it was so again: `kubectl describe` shows it as “x2 over 5m”. */
export function seriesOf({ count, lastAt }: Occurrences): object {
  return { series: { count, lastObservedTime: toMicroTimestamp(lastAt) } }
}

/** The longest start of `text` that has at most `most` bytes in UTF-8 and ends between characters. */
function cutAtBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text
  const bytes = Buffer.from(text)
  let end = most - Buffer.byteLength('…')
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return `${bytes.toString('utf8', 0, end)}…`
}
