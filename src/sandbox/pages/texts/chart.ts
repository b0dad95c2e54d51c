import { englishCount, russianCount, type Texts } from './language.ts'
import type { FailureKind } from '../chart/failure.ts'

/** A chart and what may be in its place. */
export interface ChartTexts {
  readonly loading: string
  readonly again: string
  readonly download: string
  readonly downloadFailed: string
  readonly asTable: string
  readonly rows: (shown: number, all: number) => string
  readonly noRows: string
  readonly noRowsHint: string
  readonly noValue: string
  readonly failures: Readonly<Record<FailureKind, readonly [title: string, hint: string]>>
}

export const chartTexts: Texts<ChartTexts> = {
  en: {
    loading: 'Loading',
    again: 'Try again',
    download: 'Download as CSV',
    downloadFailed: 'The download failed. Try again.',
    asTable: 'Show the figures',
    rows: (shown, all) => `The first ${shown.toLocaleString('en')} of ${englishCount(all, 'row')}`,
    noRows: 'No rows',
    noRowsHint: 'Nothing matches the filters, or there is no data for this viewer yet.',
    noValue: 'no value',
    failures: {
      'no-token': [
        'This page needs a link of its own',
        'Its address has no token. Open the page of the site that shows this chart, not the frame’s address.',
      ],
      'two-tokens': [
        'The address has two tokens',
        'It has to have one: behind # for DataLens, or as a parameter for DoubleCloud.',
      ],
      'other-platform': [
        'The token is for another platform',
        'For DataLens it stands behind #, for DoubleCloud in a parameter: make the link with the platform that shows it.',
      ],
      expired: [
        'The link has expired',
        'Reload the page around this frame to get a new one. A page that refreshes its links does so by itself.',
      ],
      refused: [
        'The link is not valid',
        'Its token was refused. Whoever runs this site sees the step that refused it in the sandbox’s trace.',
      ],
      'not-found': [
        'This embed does not exist any more',
        'The embed or its key was deleted. It takes a new embed and a link for that.',
      ],
      outdated: [
        'The chart is not part of this embed',
        'The dependencies of the embed are outdated: add this chart to its list, and reload the page.',
      ],
      'too-large': ['The request is too large', 'Its token or its parameters have more text than is taken.'],
      unreadable: [
        'The data cannot be read',
        'The connection is not made yet, access to it is withheld, or a table is gone. The chart comes by itself once that is settled.',
      ],
      source: [
        'The database does not answer',
        'The data is safe. The chart comes by itself once it is back.',
      ],
      network: ['No connection', 'The server cannot be reached. Check the network.'],
      other: ['The chart could not be loaded', 'The server could not answer this request.'],
    },
  },
  ru: {
    loading: 'Загрузка',
    again: 'Повторить',
    download: 'Скачать CSV',
    downloadFailed: 'Не удалось скачать. Попробуйте ещё раз.',
    asTable: 'Показать числа',
    rows: (shown, all) =>
      `Первые ${shown.toLocaleString('ru')}, всего ${russianCount(all, ['строка', 'строки', 'строк'])}`,
    noRows: 'Нет строк',
    noRowsHint: 'Под фильтры ничего не подходит, или для этого пользователя ещё нет данных.',
    noValue: 'нет значения',
    failures: {
      'no-token': [
        'Для этой страницы нужна ссылка с токеном',
        'В адресе нет токена. Откройте страницу сайта, на которой показан чарт, а не адрес фрейма.',
      ],
      'two-tokens': [
        'В адресе два токена',
        'Нужен один: после # для DataLens или в параметре для DoubleCloud.',
      ],
      'other-platform': [
        'Токен для другой платформы',
        'Для DataLens он стоит после #, для DoubleCloud в параметре: укажите при создании ссылки ту платформу, на которой она откроется.',
      ],
      expired: [
        'Срок действия ссылки истёк',
        'Обновите страницу вокруг этого фрейма, чтобы получить новую. Страница, которая обновляет ссылки, сделает это сама.',
      ],
      refused: [
        'Ссылка недействительна',
        'Токен отклонён. На каком шаге, владелец сайта увидит в трассировке песочницы.',
      ],
      'not-found': [
        'Этого встраивания больше нет',
        'Встраивание или его ключ удалены. Нужны новое встраивание и ссылка на него.',
      ],
      outdated: [
        'Чарт не входит в это встраивание',
        'Зависимости встраивания устарели: добавьте чарт в их список и обновите страницу.',
      ],
      'too-large': ['Запрос слишком велик', 'В токене или в параметрах больше текста, чем допустимо.'],
      unreadable: [
        'Данные недоступны',
        'Подключение ещё не создано, доступ закрыт или таблицы больше нет. Чарт появится сам, когда это будет исправлено.',
      ],
      source: [
        'База данных не отвечает',
        'С данными всё в порядке. Чарт появится сам, когда база будет доступна.',
      ],
      network: ['Нет связи', 'Сервер недоступен. Проверьте сеть.'],
      other: ['Не удалось загрузить чарт', 'Сервер не смог ответить на запрос.'],
    },
  },
}
