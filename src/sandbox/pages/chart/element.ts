type Child = Node | string | undefined | false

/** An element with its attributes. A text stays a text, whatever is in it; an attribute that is false is left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string | boolean | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(attribute, value === true ? '' : value)
  made.append(...children.filter(child => child !== undefined && child !== false))
  return made
}
