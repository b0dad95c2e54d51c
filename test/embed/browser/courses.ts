import type { Event } from '../../../src/embed/browser/step.ts'
import { answered, lost, refused } from './answers.ts'

/** At so many seconds this comes to pass; then these effects, this state. */
type Line = readonly [at: number, event: Event, effects: string, state: string]

export const tick: Event = { type: 'tick' }
export const wake: Event = { type: 'wake' }
export const refresh: Event = { type: 'refresh' }
export const load: Event = { type: 'load' }

const mounted: Line = [0, refresh, 'ask', 'loading']
/** Token A from second 0: due at 240, over at 300. */
const live: readonly Line[] = [mounted, [0, answered('A'), 'show A', 'live']]
const lapsed: readonly Line[] = [
  ...live,
  [240, tick, 'ask', 'live'],
  [240, lost(), '', 'retrying network'],
  [300, tick, 'ask', 'expired network'],
]

export const courses: Readonly<Record<string, readonly Line[]>> = {
  'a refresh is told to the frame': [
    ...live,
    [239, tick, '', 'live'],
    [240, tick, 'ask', 'live'],
    [241, answered('B'), 'tell B', 'live'],
    [479, tick, '', 'live'],
    [480, tick, 'ask', 'live'],
  ],
  'failures are repeated after 1, 2, 4 … 30 s': [
    mounted,
    [0, refused(500), '', 'retrying status 500'],
    [0.9, tick, '', 'retrying status 500'],
    [1, tick, 'ask', 'retrying status 500'],
    [1, lost(), '', 'retrying network'],
    [2.9, tick, '', 'retrying network'],
    [3, tick, 'ask', 'retrying network'],
    [3, lost(), '', 'retrying network'],
    [7, tick, 'ask', 'retrying network'],
    [7, lost(), '', 'retrying network'],
    [15, tick, 'ask', 'retrying network'],
    [15, lost(), '', 'retrying network'],
    [31, tick, 'ask', 'retrying network'],
    [31, lost(), '', 'retrying network'],
    [60, tick, '', 'retrying network'],
    [61, tick, 'ask', 'retrying network'],
    [61, lost(), '', 'retrying network'],
    [91, tick, 'ask', 'retrying network'],
    [91, answered('A'), 'show A', 'live'],
  ],
  'a request without an answer is given up after 15 s': [
    mounted,
    [14.9, tick, '', 'loading'],
    [15, tick, 'cancel', 'retrying timeout'],
    [16, tick, 'ask', 'retrying timeout'],
    [16, answered('A'), 'show A', 'live'],
  ],
  'an answer that comes after its request was given up is none': [
    mounted,
    [20, answered('A'), 'cancel', 'retrying timeout'],
    [21, tick, 'ask', 'retrying timeout'],
  ],
  'Retry-After is waited for, also by who comes back': [
    ...live,
    [240, tick, 'ask', 'live'],
    [240, refused(429, 20), '', 'retrying status 429'],
    [250, wake, '', 'retrying status 429'],
    [259, wake, '', 'retrying status 429'],
    [260, wake, 'ask', 'retrying status 429'],
    [260, refused(503, 20), '', 'retrying status 503'],
    [281, tick, '', 'retrying status 503'],
    [282, tick, 'ask', 'retrying status 503'],
    [282, answered('B'), 'tell B', 'live'],
  ],
  'who comes back does not wait for what is left of a long wait': [
    mounted,
    [0, lost(), '', 'retrying network'],
    [1, tick, 'ask', 'retrying network'],
    [1, lost(), '', 'retrying network'],
    [3, tick, 'ask', 'retrying network'],
    [3, lost(), '', 'retrying network'],
    [3.5, wake, '', 'retrying network'],
    [4, tick, 'ask', 'retrying network'],
  ],
  'two that wake at once ask once': [
    ...live,
    [250, wake, 'ask', 'live'],
    [250, wake, '', 'live'],
    [250, tick, '', 'live'],
    [250, answered('B'), 'tell B', 'live'],
    [250, wake, '', 'live'],
  ],
  'waking while nothing is due asks nothing': [...live, [200, wake, '', 'live']],
  'a token that ended before a new one came: the frame is loaded once': [
    ...lapsed,
    [301, answered('B'), 'show B', 'live, reloads 1'],
    [302, load, '', 'live, reloads 1'],
    [541, tick, 'ask', 'live, reloads 1'],
    [541, answered('C'), 'tell C', 'live, reloads 1'],
  ],
  'a token that ended, while the answer with the new one was on its way': [
    ...live,
    [290, wake, 'ask', 'live'],
    [301, answered('B'), 'show B', 'live, reloads 1'],
  ],
  'a sleep over the end of the token': [
    ...live,
    [9000, wake, 'ask', 'expired'],
    [9001, answered('B'), 'show B', 'live, reloads 1'],
  ],
  'a sleep during a request': [
    mounted,
    [9000, wake, 'cancel', 'retrying timeout'],
    [9001, tick, 'ask', 'retrying timeout'],
  ],
  'a clock that ran ahead is set right by the server’s': [
    mounted,
    [0, answered('A', {}, 1000), 'show A', 'live'],
    [9000, tick, 'ask', 'expired'],
    [9000, answered('B', {}, 1100), 'tell B', 'live'],
  ],
  'a clock that stood still is set right by the server’s': [
    mounted,
    [0, answered('A', {}, 1000), 'show A', 'live'],
    [240, tick, 'ask', 'live'],
    [240, answered('B', {}, 1400), 'show B', 'live, reloads 1'],
  ],
  '401 in mid-life: no more requests, and the frame goes when its token ends': [
    ...live,
    [240, tick, 'ask', 'live'],
    [240, refused(401), '', 'denied status 401'],
    [270, wake, '', 'denied status 401'],
    [299, tick, '', 'denied status 401'],
    [300, tick, 'empty', 'denied status 401, no frame'],
    [9000, wake, '', 'denied status 401, no frame'],
  ],
  '403 after the token has ended: the frame goes at once': [
    ...lapsed,
    [300, refused(403), 'empty', 'denied status 403, no frame'],
  ],
  'the page may ask again after 401': [
    mounted,
    [0, refused(401), '', 'denied status 401'],
    [9, refresh, 'ask', 'loading'],
    [9, answered('A'), 'show A', 'live'],
  ],
  'the page asks again, and the frame that went comes back': [
    ...lapsed,
    [300, refused(401), 'empty', 'denied status 401, no frame'],
    [400, refresh, 'ask', 'expired, no frame'],
    [400, answered('B'), 'show B', 'live, reloads 1'],
  ],
  'an endpoint that never worked: one request': [
    mounted,
    [0, refused(404), '', 'failed status 404'],
    [9, wake, '', 'failed status 404'],
    [99, tick, '', 'failed status 404'],
    [99, refresh, 'ask', 'loading'],
    [99, lost('answer'), '', 'failed answer'],
    [100, refresh, 'ask', 'loading'],
    [100, lost('address'), '', 'failed address'],
  ],
  'an endpoint that has worked is believed to work again': [
    ...live,
    [240, tick, 'ask', 'live'],
    [240, refused(404), '', 'retrying status 404'],
    [241, tick, 'ask', 'retrying status 404'],
    [241, lost('answer'), '', 'retrying answer'],
    [243, tick, 'ask', 'retrying answer'],
    [243, answered('B'), 'tell B', 'live'],
  ],
  'the page asks: now, but not beside another request': [
    ...live,
    [10, refresh, 'ask', 'live'],
    [10, refresh, '', 'live'],
    [10, answered('B'), 'tell B', 'live'],
    [249, tick, '', 'live'],
    [250, tick, 'ask', 'live'],
  ],
  'the first load of the frame needs nothing': [...live, [2, load, '', 'live']],
  'a later load of the frame is told the newest token': [
    ...live,
    [240, tick, 'ask', 'live'],
    [240, answered('B'), 'tell B', 'live'],
    [290, load, 'tell B', 'live'],
  ],
  'a load with a token that has ended is one in vain': [
    ...live,
    [240, tick, 'ask', 'live'],
    [240, answered('B'), 'tell B', 'live'],
    [300, load, 'show B', 'live, reloads 1'],
    [301, load, '', 'live, reloads 1'],
  ],
  'a load while there is no valid token waits for one': [...lapsed, [301, load, '', 'expired network']],
  'the same token again is no news: asked for again, less and less': [
    ...live,
    [240, tick, 'ask', 'live'],
    [240, answered('A', { expiresIn: 60, refreshIn: 0 }), '', 'live'],
    [241, tick, 'ask', 'live'],
    [241, answered('A', { expiresIn: 59, refreshIn: 0 }), '', 'live'],
    [242, tick, '', 'live'],
    [243, tick, 'ask', 'live'],
    [243, answered('B'), 'tell B', 'live'],
  ],
  'a failure after that is repeated as soon as any': [
    ...live,
    [240, tick, 'ask', 'live'],
    [240, answered('A', { expiresIn: 60, refreshIn: 30 }), '', 'live'],
    [270, tick, 'ask', 'live'],
    [270, answered('A', { expiresIn: 30, refreshIn: 15 }), '', 'live'],
    [285, tick, 'ask', 'live'],
    [285, lost(), '', 'retrying network'],
    [286, tick, 'ask', 'retrying network'],
  ],
  'a token due at once is not asked for at once': [
    mounted,
    [0, answered('A', { refreshIn: 0 }), 'show A', 'live'],
    [0.9, tick, '', 'live'],
    [1, tick, 'ask', 'live'],
  ],
  'another page is loaded': [
    ...live,
    [240, tick, 'ask', 'live'],
    [
      240,
      answered('B', { url: 'https://datalens.example/embeds/chart#dl_embed_token=B' }),
      'show B',
      'live, reloads 1',
    ],
  ],
  'another parameter is not': [
    ...live,
    [240, tick, 'ask', 'live'],
    [
      240,
      answered('B', { url: 'https://datalens.example/embeds/dash?day=2#dl_embed_token=B' }),
      'tell B',
      'live',
    ],
  ],
}
