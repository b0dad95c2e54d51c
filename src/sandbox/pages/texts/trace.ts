import type { Party, StepName } from '../../embed/steps.ts'
import type { Texts } from './language.ts'

export interface TraceTexts {
  readonly lead: string
  readonly none: string
  readonly noneHint: string
  readonly refusedAt: (step: string) => string
  readonly embed: string
  readonly entry: string
  readonly took: (ms: number) => string
  readonly outcome: Readonly<Record<'passed' | 'refused', string>>
  readonly parties: Readonly<Record<Party, string>>
  readonly steps: Readonly<Record<StepName, string>>
  readonly noSteps: string
}

export const traceTexts: Texts<TraceTexts> = {
  en: {
    lead: 'The last requests, step by step, newest first. Never a token, never a row.',
    none: 'No request yet',
    noneHint: 'Open an embedded page, or paste an access token. What happens to it appears here by itself.',
    refusedAt: step => `refused: ${step}`,
    embed: 'Embed',
    entry: 'Entry',
    took: ms => `${ms} ms`,
    outcome: { passed: 'passed', refused: 'refused' },
    parties: { charts: 'Charts API', storage: 'Storage', data: 'Data backend', connector: 'Connector' },
    steps: {
      'token-present': 'A token is there',
      'token-size': 'It is not too large',
      'token-decoded': 'It can be decoded',
      'embed-known': 'Its embed is known',
      'secret-known': 'The embed’s secret is known',
      algorithm: 'Algorithm is PS256',
      signature: 'Signature',
      service: 'Service mark',
      times: 'iat and exp',
      'not-expired': 'Not expired',
      lifetime: 'Lifetime',
      entry: 'Entry belongs to the embed',
      'signed-parameters': 'Signed parameters',
      'export-allowed': 'Download is allowed',
      fault: 'Fault of a switch',
      format: 'Four parts, in base64',
      version: 'Key versions are known',
      decryption: 'Decryption',
      payload: 'Names a database',
      tables: 'Tables from ClickHouse',
      parameters: 'Parameters',
      connection: 'Connection',
      'row-level-security': 'Row-level security',
      rows: 'Rows from ClickHouse',
    },
    noSteps: 'It was answered without a check.',
  },
  ru: {
    lead: 'Последние запросы по шагам, новые сверху. Ни токенов, ни строк данных.',
    none: 'Запросов ещё не было',
    noneHint:
      'Откройте встроенную страницу или вставьте токен доступа. Всё, что с ними происходит, появится здесь само.',
    refusedAt: step => `отказ: ${step}`,
    embed: 'Встраивание',
    entry: 'Объект',
    took: ms => `${ms} мс`,
    outcome: { passed: 'пройден', refused: 'отказ' },
    parties: { charts: 'API чартов', storage: 'Хранилище', data: 'Бэкенд данных', connector: 'Коннектор' },
    steps: {
      'token-present': 'Токен есть',
      'token-size': 'Размер допустим',
      'token-decoded': 'Токен читается',
      'embed-known': 'Встраивание известно',
      'secret-known': 'Ключ встраивания известен',
      algorithm: 'Алгоритм PS256',
      signature: 'Подпись',
      service: 'Метка сервиса',
      times: 'iat и exp',
      'not-expired': 'Срок не истёк',
      lifetime: 'Срок жизни',
      entry: 'Объект входит во встраивание',
      'signed-parameters': 'Подписанные параметры',
      'export-allowed': 'Скачивание разрешено',
      fault: 'Сбой по переключателю',
      format: 'Четыре части в base64',
      version: 'Версии ключей известны',
      decryption: 'Расшифровка',
      payload: 'Названа база данных',
      tables: 'Таблицы из ClickHouse',
      parameters: 'Параметры',
      connection: 'Подключение',
      'row-level-security': 'Права на строки (RLS)',
      rows: 'Строки из ClickHouse',
    },
    noSteps: 'Ответ дан без проверок.',
  },
}
