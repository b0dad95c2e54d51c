import { englishCount, russianCount, type Texts } from './language.ts'

/** The sandbox's own pages, but for that of a new connection and the trace. */
export interface SiteTexts {
  readonly sandbox: string
  readonly skip: string
  readonly mainMenu: string
  readonly content: string
  readonly newConnection: string
  readonly trace: string
  readonly language: string
  readonly theme: string
  readonly asSystem: string
  readonly light: string
  readonly dark: string
  readonly contentLead: string
  readonly kinds: Readonly<Record<'connection' | 'dataset' | 'chart' | 'dash', string>>
  readonly noConnection: string
  readonly noConnectionHint: string
  readonly unbound: string
  readonly database: string
  readonly tables: string
  readonly noTables: string
  readonly noTablesHint: string
  readonly tableCount: (count: number) => string
  readonly chartLead: string
  readonly notFound: string
  readonly notFoundHint: string
  readonly away: string
  readonly awayHint: string
  readonly again: string
  readonly needsScript: string
}

export const siteTexts: Texts<SiteTexts> = {
  en: {
    sandbox: 'sandbox',
    skip: 'Skip to the content',
    mainMenu: 'Main menu',
    content: 'Workbook',
    newConnection: 'New connection',
    trace: 'Trace',
    language: 'Language',
    theme: 'Theme',
    asSystem: 'As the system',
    light: 'Light',
    dark: 'Dark',
    contentLead: 'DataLens’s side of both protocols, on this machine. Charts read ClickHouse as the reader.',
    kinds: { connection: 'Connection', dataset: 'Dataset', chart: 'Chart', dash: 'Dashboard' },
    noConnection: 'No connection is bound to a database yet',
    noConnectionHint:
      'Paste the access token of a tenant. Charts show that tenant’s rows once their connection is bound.',
    unbound: 'waits for an access token',
    database: 'Database',
    tables: 'Tables',
    noTables: 'The database has no table that the reader may see',
    noTablesHint:
      'Either it is empty, or the reader has no grant on it: “kubectl lenskeeper explain” of the tenant says which.',
    tableCount: count => englishCount(count, 'table'),
    chartLead: 'As the owner of the workbook sees it: without an embed, so without signed parameters.',
    notFound: 'There is no such page',
    notFoundHint: 'The entry may have another id since the sandbox was started anew.',
    away: 'The tables cannot be read',
    awayHint: 'The connection is kept. Load the page again once that is settled.',
    again: 'Try again',
    needsScript: 'This page needs JavaScript.',
  },
  ru: {
    sandbox: 'песочница',
    skip: 'К содержанию',
    mainMenu: 'Главное меню',
    content: 'Воркбук',
    newConnection: 'Новое подключение',
    trace: 'Трассировка',
    language: 'Язык',
    theme: 'Тема',
    asSystem: 'Как в системе',
    light: 'Светлая',
    dark: 'Тёмная',
    contentLead:
      'Сторона DataLens в обоих протоколах, на этой машине. Чарты читают ClickHouse под учётной записью читателя.',
    kinds: { connection: 'Подключение', dataset: 'Датасет', chart: 'Чарт', dash: 'Дашборд' },
    noConnection: 'Ни одно подключение ещё не привязано к базе данных',
    noConnectionHint:
      'Вставьте токен доступа арендатора. Чарты покажут его строки, когда подключение будет привязано.',
    unbound: 'ожидает токен доступа',
    database: 'База данных',
    tables: 'Таблицы',
    noTables: 'В базе нет таблиц, которые видны читателю',
    noTablesHint:
      'Либо она пуста, либо у читателя нет на неё прав: «kubectl lenskeeper explain» для арендатора покажет причину.',
    tableCount: count => russianCount(count, ['таблица', 'таблицы', 'таблиц']),
    chartLead: 'Так его видит владелец воркбука: без встраивания, а значит, без подписанных параметров.',
    notFound: 'Такой страницы нет',
    notFoundHint: 'После перезапуска песочницы идентификатор мог измениться.',
    away: 'Не удалось прочитать таблицы',
    awayHint: 'Подключение сохранено. Обновите страницу, когда это будет исправлено.',
    again: 'Повторить',
    needsScript: 'Для этой страницы нужен JavaScript.',
  },
}
