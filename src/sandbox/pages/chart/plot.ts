import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type ChartDataset,
  type ChartOptions,
} from 'chart.js'
import type { Language } from '../texts/language.ts'
import type { Data } from '../wire.ts'
import { element } from './element.ts'
import { formatColumn, formatTick } from './format.ts'
import { plotOf, type Plot, type Series } from './series.ts'

Chart.register(BarController, BarElement, LineController, LineElement, PointElement)
Chart.register(CategoryScale, LinearScale, Legend, Tooltip)

export interface PlotOptions {
  readonly type: 'bar' | 'line'
  readonly title: string
  readonly language: Language
}

/** Draws into the host, and again when the system turns from light to dark. @returns what takes it away */
export function plot(host: HTMLElement, data: Data, options: PlotOptions): () => void {
  const canvas = element('canvas', { role: 'img', 'aria-label': options.title })
  host.append(element('div', { class: 'canvas' }, canvas))
  const drawn = plotOf(data)
  let chart = draw(canvas, drawn, options)
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  const again = (): void => {
    chart.destroy()
    chart = draw(canvas, drawn, options)
  }
  scheme.addEventListener('change', again)
  // A canvas does not take a font by itself once that has loaded.
  void document.fonts.load(`12px ${fontFamily(canvas)}`).then(loaded => {
    if (loaded.length > 0 && canvas.isConnected) chart.update('none')
  })
  return () => {
    scheme.removeEventListener('change', again)
    chart.destroy()
  }
}

function draw(
  canvas: HTMLCanvasElement,
  { labels, series }: Plot,
  options: PlotOptions,
): Chart<'bar' | 'line'> {
  const { type, language } = options
  const style = getComputedStyle(canvas)
  return new Chart<'bar' | 'line', (number | null)[], string>(canvas, {
    type,
    data: {
      labels: formatColumn(labels, language).map(label => label ?? '–'),
      datasets: series.map((one, index) => datasetOf(one, index, { type, style, points: labels.length })),
    },
    options: settings({ language, style, legend: series.length > 1 }),
  })
}

interface Drawing {
  readonly type: 'bar' | 'line'
  readonly style: CSSStyleDeclaration
  readonly points: number
}

const colours = 6

function datasetOf(
  { name, values }: Series,
  index: number,
  { type, style, points }: Drawing,
): ChartDataset<'bar' | 'line', (number | null)[]> {
  const colour = style.getPropertyValue(`--series-${(index % colours) + 1}`)
  const common = { label: name, data: [...values], borderColor: colour, backgroundColor: colour }
  if (type === 'bar') return { ...common, borderWidth: 0, borderRadius: 4, maxBarThickness: 44 }
  return {
    ...common,
    borderWidth: 2,
    tension: 0.25,
    pointRadius: points > 24 ? 0 : 2.5,
    pointHoverRadius: 4,
    spanGaps: true,
  }
}

interface Look {
  readonly language: Language
  readonly style: CSSStyleDeclaration
  readonly legend: boolean
}

function settings({ language, style, legend }: Look): ChartOptions<'bar' | 'line'> {
  const [text, muted, hairline, surface] = ['--text', '--muted', '--hairline', '--surface'].map(name =>
    style.getPropertyValue(name),
  )
  const font = { family: style.fontFamily, size: 12 }
  const ticks = { color: muted, font, maxRotation: 0, autoSkipPadding: 16 }
  return {
    locale: language,
    maintainAspectRatio: false,
    animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? false : { duration: 350 },
    interaction: { mode: 'index', intersect: false },
    scales: {
      x: { grid: { display: false }, border: { color: hairline }, ticks },
      y: {
        beginAtZero: true,
        grid: { color: hairline },
        border: { display: false },
        ticks: { ...ticks, maxTicksLimit: 6, callback: value => formatTick(Number(value), language) },
      },
    },
    plugins: {
      legend: {
        display: legend,
        position: 'bottom',
        align: 'start',
        labels: {
          color: muted,
          font,
          boxWidth: 8,
          boxHeight: 8,
          usePointStyle: true,
          pointStyle: 'circle',
          padding: 16,
        },
      },
      tooltip: {
        backgroundColor: text,
        titleColor: surface,
        bodyColor: surface,
        titleFont: { ...font, weight: 600 },
        bodyFont: font,
        padding: 10,
        cornerRadius: 6,
        boxPadding: 4,
        usePointStyle: true,
      },
    },
  }
}

function fontFamily(at: Element): string {
  return getComputedStyle(at).fontFamily
}
