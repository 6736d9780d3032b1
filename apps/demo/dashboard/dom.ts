/** The element with this id. Throws if the page does not have it. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no element "${id}"`);
  return element;
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { className, text }: { className?: string; text?: string } = {},
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== undefined) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Writes only changes, so that four updates a second cost little and screen readers do not repeat unchanged text. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element: HTMLElement, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Fills every element that names its text, such as `data-text="story.title"`. */
export function translate(texts: object, language: string): void {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) {
    setText(element, lookUp(texts, element.dataset.text));
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-label]')) {
    setAttribute(element, 'aria-label', lookUp(texts, element.dataset.label));
  }
}

function lookUp(texts: object, path = ''): string {
  let found: unknown = texts;
  for (const name of path.split('.')) found = (found as Record<string, unknown> | undefined)?.[name];
  return typeof found === 'string' ? found : '';
}
