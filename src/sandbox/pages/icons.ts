/** Icons as paths in a square of 24, drawn as lines. */
export const iconPaths = {
  brand: 'M4 19V9l8-5 8 5v10M8 19v-6m4 6V10m4 9v-4M3 19h18',
  connection: 'M9 7V3m6 4V3M6 7h12v4a6 6 0 0 1-12 0zM12 17v4',
  dataset: 'M4 6c0-4 16-4 16 0s-16 4-16 0v12c0 4 16 4 16 0V6M4 12c0 4 16 4 16 0',
  chart: 'M4 4v16h16M8 16v-4m4 4V8m4 8v-6',
  dash: 'M4 4h7v9H4zM15 4h5v5h-5zM15 13h5v7h-5zM4 17h7v3H4z',
  table: 'M4 5h16v14H4zM4 10h16M4 14.500h16M10 10v9',
  passed: 'M5 12.500l4.500 4.500L19 7.500',
  refused: 'M7 7l10 10M17 7L7 17',
  unreached: 'M8 12h8',
  warning: 'M12 4L2.500 20h19zM12 10v4.500m0 2.500v.100',
  clock: 'M12 3a9 9 0 1 0 .010 0M12 7.500V12l3 2',
  away: 'M5 6c0-3.500 14-3.500 14 0s-14 3.500-14 0v6c0 1.500 2.500 2.500 6 2.600M19 6v4M15 15l5 5m0-5l-5 5',
  empty: 'M4 13l3-8h10l3 8v6H4zM4 13h5l1 2.500h4l1-2.500h5',
  download: 'M12 4v11m-4.500-4.500L12 15l4.500-4.500M5 20h14',
  chevron: 'M9 6l6 6-6 6',
  sun: 'M12 8a4 4 0 1 0 .010 0M12 2.500v2m0 15v2M2.500 12h2m15 0h2M5.300 5.300l1.400 1.400m10.600 10.600l1.400 1.400m0-13.400l-1.400 1.400M6.700 17.300l-1.400 1.400',
  moon: 'M20 14.500A8.500 8.500 0 1 1 9.500 4 6.700 6.700 0 0 0 20 14.500z',
  system: 'M3.500 5h17v11h-17zM9 20h6m-3-4v4',
} as const

export type IconName = keyof typeof iconPaths
