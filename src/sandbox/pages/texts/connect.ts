import { englishCount, russianCount, type Texts } from './language.ts'

/** The checks of an access token, in DataLens's order. */
export const accessChecks = ['format', 'version', 'signature', 'decryption', 'payload'] as const
export type AccessCheck = (typeof accessChecks)[number]

export interface ConnectTexts {
  readonly title: string
  readonly lead: string
  readonly name: string
  readonly nameExample: string
  readonly connector: string
  readonly token: string
  readonly tokenHint: string
  readonly submit: string
  readonly sending: string
  readonly advice: {
    readonly parts: (parts: number) => string
    readonly cut: (part: 'ciphertext' | 'signature') => string
    readonly embed: string
    readonly several: string
  }
  readonly empty: string
  readonly made: string
  readonly bound: (tables: number) => string
  readonly open: string
  readonly refused: (status: number) => string
  readonly refusedLead: string
  readonly serverError: string
  readonly failed: (status: number) => string
  readonly unreachable: string
  readonly unreachableHint: string
  readonly answer: string
  /** What each check asks, and what to do when it is the one that refused. */
  readonly checks: Readonly<Record<AccessCheck, readonly [asks: string, todo: string]>>
  readonly outcome: Readonly<Record<'passed' | 'refused' | 'unreached', string>>
}

export const connectTexts: Texts<ConnectTexts> = {
  en: {
    title: 'New connection',
    lead: 'Paste the access token of a tenant. You see what DataLens would answer.',
    name: 'Name',
    nameExample: 'Shop, customer 1',
    connector: 'Connector',
    token: 'Access token',
    tokenHint: 'It looks like 1:1:ciphertext:signature, and stays on this machine.',
    submit: 'Connect',
    sending: 'Connecting …',
    advice: {
      parts: parts =>
        `This looks like a part of a token: it has ${parts} of 4 parts between colons. Copy it as a whole.`,
      cut: part => `This looks like a part of a token: its ${part} ends too early. Copy it as a whole.`,
      embed: 'This is a token for an embedded page. A connection takes the access token of a tenant.',
      several: 'This looks like more than one token. Paste one at a time.',
    },
    empty: 'Paste an access token first.',
    made: 'The connection is made',
    bound: tables =>
      `It is bound to the database that the token names, and reads nothing else: ${englishCount(tables, 'table')}.`,
    open: 'Show its tables',
    refused: status => `DataLens answers ${status}: the token is refused`,
    refusedLead: 'No connection was made. The checks, in the order in which DataLens takes them:',
    serverError: 'DataLens answers 500: it has no key of this version',
    failed: status => `The sandbox answers ${status}: no connection was made`,
    unreachable: 'The sandbox does not answer',
    unreachableHint: 'Your token is still here. See whether “lenskeeper sandbox” runs, and send it again.',
    answer: 'Answer',
    checks: {
      format: [
        'Four parts between colons, in base64',
        'Copy the whole value of the Secret, decoded: two versions, the ciphertext and the signature.',
      ],
      version: [
        'Both key versions are known',
        'Hand the public key of this version over to DataLens, or mint the token anew with versions that are in use: “kubectl lenskeeper rollout status” shows them.',
      ],
      signature: [
        'Signed with the partner’s key of that version',
        'The token was changed on its way, or the key that was handed over is not the one that signed. Compare both with “kubectl lenskeeper verify”.',
      ],
      decryption: [
        'Encrypted for DataLens’s key of that version',
        'It was encrypted with another public key. Put the key that DataLens gave for this version into the PartnerKey, and mint the token anew.',
      ],
      payload: [
        'Names a database',
        'What is inside has no db_name. Mint the token with “kubectl lenskeeper token”.',
      ],
    },
    outcome: { passed: 'passed', refused: 'refused', unreached: 'not reached' },
  },
  ru: {
    title: 'Новое подключение',
    lead: 'Вставьте токен доступа арендатора. Вы увидите, что ответил бы DataLens.',
    name: 'Название',
    nameExample: 'Магазин, клиент 1',
    connector: 'Коннектор',
    token: 'Токен доступа',
    tokenHint: 'Он выглядит как 1:1:шифротекст:подпись и не покидает эту машину.',
    submit: 'Подключить',
    sending: 'Подключаем …',
    advice: {
      parts: parts =>
        `Похоже на часть токена: в нём ${parts} из 4 частей, разделённых двоеточием. Скопируйте его целиком.`,
      cut: part =>
        `Похоже на часть токена: ${part === 'signature' ? 'подпись обрывается' : 'шифротекст обрывается'} слишком рано. Скопируйте его целиком.`,
      embed: 'Это токен встраивания. Для подключения нужен токен доступа арендатора.',
      several: 'Похоже, здесь больше одного токена. Вставляйте по одному.',
    },
    empty: 'Сначала вставьте токен доступа.',
    made: 'Подключение создано',
    bound: tables =>
      `Оно привязано к базе из токена и больше ничего не читает: ${russianCount(tables, ['таблица', 'таблицы', 'таблиц'])}.`,
    open: 'Показать таблицы',
    refused: status => `DataLens отвечает ${status}: токен отклонён`,
    refusedLead: 'Подключение не создано. Проверки в том порядке, в каком их делает DataLens:',
    serverError: 'DataLens отвечает 500: ключа такой версии у него нет',
    failed: status => `Песочница отвечает ${status}: подключение не создано`,
    unreachable: 'Песочница не отвечает',
    unreachableHint:
      'Токен остался в поле. Проверьте, запущена ли «lenskeeper sandbox», и отправьте его ещё раз.',
    answer: 'Ответ',
    checks: {
      format: [
        'Четыре части через двоеточие, в base64',
        'Скопируйте значение из Secret целиком, раскодированным: две версии, шифротекст и подпись.',
      ],
      version: [
        'Обе версии ключей известны',
        'Передайте DataLens открытый ключ этой версии или выпустите токен заново с действующими версиями: их показывает «kubectl lenskeeper rollout status».',
      ],
      signature: [
        'Подписан ключом партнёра этой версии',
        'Токен изменился по пути, или передан не тот ключ, которым он подписан. Сравните их командой «kubectl lenskeeper verify».',
      ],
      decryption: [
        'Зашифрован для ключа DataLens этой версии',
        'Он зашифрован другим открытым ключом. Укажите в PartnerKey ключ, который DataLens выдал для этой версии, и выпустите токен заново.',
      ],
      payload: [
        'Называет базу данных',
        'Внутри нет db_name. Выпустите токен командой «kubectl lenskeeper token».',
      ],
    },
    outcome: { passed: 'пройдена', refused: 'отказ', unreached: 'не дошло' },
  },
}
