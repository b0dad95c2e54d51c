/** The page `/connections/new`: sends what was pasted, and shows the answer. */
import { connectTexts } from '../texts/connect.ts'
import { languageOf } from '../texts/language.ts'
import { answerCard, readAnswer, type ConnectAnswer } from './answer.ts'
import { adviceFor, tidy } from './pasted.ts'

const language = languageOf(document.documentElement.lang) ?? 'en'
const texts = connectTexts[language]

function start(form: HTMLFormElement): void {
  const field = <T extends Element>(selector: string, kind: new () => T): T => found(form, selector, kind)
  const name = field('#name', HTMLInputElement)
  const token = field('#token', HTMLTextAreaElement)
  const hint = field('#token-hint', HTMLElement)
  const button = field('button', HTMLButtonElement)
  const place = found(document, '#answer', HTMLElement)

  token.addEventListener('input', () => {
    const text = adviceText(tidy(token.value))
    hint.textContent = text ?? texts.tokenHint
    hint.classList.toggle('warn', text !== undefined)
  })
  form.addEventListener('submit', event => {
    event.preventDefault()
    if (button.getAttribute('aria-disabled') === 'true') return
    if (tidy(token.value) === '') {
      hint.textContent = texts.empty
      hint.classList.add('warn')
      token.focus()
      return
    }
    void send()
  })

  async function send(): Promise<void> {
    busy(true)
    const connector = form.querySelector('select')?.value
    const answer = await connect({
      name: name.value.trim() || texts.title,
      access_token: tidy(token.value),
      ...(connector === undefined ? {} : { connector }),
    })
    const card = answerCard(answer, {
      language,
      query: location.search,
      advice: adviceText(tidy(token.value)),
    })
    place.replaceChildren(card)
    card.focus()
    if (answer.type === 'made') form.reset()
    busy(false)
  }

  function busy(is: boolean): void {
    button.setAttribute('aria-disabled', String(is))
    button.textContent = is ? texts.sending : texts.submit
  }
}

function adviceText(token: string): string | undefined {
  const advice = adviceFor(token)
  switch (advice?.type) {
    case undefined:
      return undefined
    case 'parts':
      return texts.advice.parts(advice.parts)
    case 'cut':
      return texts.advice.cut(advice.part)
    case 'embed':
    case 'several':
      return texts.advice[advice.type]
    default:
      return advice satisfies never
  }
}

async function connect(body: Readonly<Record<string, string>>): Promise<ConnectAnswer> {
  try {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`/api/connections?_lang=${language}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return readAnswer(response.status, await response.json())
  } catch {
    return { type: 'unreachable' }
  }
}

function found<T extends Element>(within: ParentNode, selector: string, kind: new () => T): T {
  const one = within.querySelector(selector)
  if (one instanceof kind) return one
  throw new Error(`the page has no ${selector}`)
}

start(found(document, 'form', HTMLFormElement))
