/* Functions that a test hands to the browser: each is sent as text, and sees nothing of this file. */

export function allAccountsValid() {
  const cards = [...document.querySelectorAll('#accounts > li')];
  return cards.length === 3 && cards.every(({ dataset }) => dataset.state === 'valid');
}

export function generations() {
  return [...document.querySelectorAll('#accounts > li')].map(({ dataset }) => Number(dataset.generation));
}

export function areRenewed({ accounts, since }) {
  const cards = document.querySelectorAll('#accounts > li');
  return accounts.every((index) => Number(cards[index].dataset.generation) > since[index]);
}

export function isOver(fault) {
  return !document.querySelector(`button[data-fault="${fault}"]`).classList.contains('running');
}

export function isAbove({ figure, value }) {
  return Number(document.querySelector(`[data-figure="${figure}"] .value`).textContent.replaceAll(',', '')) > value;
}

export function barIsBelow(percent) {
  return Number(document.querySelector('.bar').getAttribute('aria-valuenow')) < percent;
}

export function captionIsNot(told) {
  return document.querySelector('#caption').textContent !== told;
}

export function shownText() {
  return document.body.textContent;
}

export function sidewaysOverflow() {
  return document.documentElement.scrollWidth - document.documentElement.clientWidth;
}

export function loseFocus() {
  document.activeElement?.blur();
}

export function focused() {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const name = element.dataset.fault ?? element.id;
  return { name, visible: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 };
}
