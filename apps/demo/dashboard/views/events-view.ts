import type { FeedEntry } from '../../src/dashboard/frames.js';
import { make } from '../dom.js';
import type { Language } from '../language.js';

const SHOWN = 100;

/** The newest events, newest first. */
export class EventsView {
  #entries: FeedEntry[] = [];

  constructor(
    private readonly list: HTMLElement,
    private readonly language: Language,
  ) {
    // Makes the scrolling list reachable by keyboard, which not every browser does.
    list.tabIndex = 0;
  }

  clear(): void {
    this.#entries = [];
    this.render();
  }

  add(entries: readonly FeedEntry[]): void {
    if (entries.length === 0) return;
    if (this.#entries.length === 0) this.list.replaceChildren();
    this.#entries = [...this.#entries, ...entries].slice(-SHOWN);
    this.list.prepend(...entries.toReversed().map((entry) => this.#item(entry)));
    while (this.list.children.length > SHOWN) this.list.lastElementChild?.remove();
  }

  /** Renders all entries again, in the current language. */
  render(): void {
    const none = make('li', { className: 'none', text: this.language.texts.events.none });
    this.list.replaceChildren(...this.#entries.toReversed().map((entry) => this.#item(entry)));
    if (this.#entries.length === 0) this.list.append(none);
  }

  #item(entry: FeedEntry): HTMLLIElement {
    const item = make('li');
    item.dataset.type = entry.type;
    const at = new Date(entry.at);
    const time = make('time', { text: at.toLocaleTimeString(this.language.name, { hourCycle: 'h23' }) });
    time.dateTime = at.toISOString();
    const text = make('span', { className: 'what', text: this.#textOf(entry) });
    item.append(time, make('span', { className: 'account-name', text: entry.account }), text);
    if (entry.fingerprint !== undefined) item.append(make('code', { text: entry.fingerprint }));
    return item;
  }

  #textOf({ type, at, cause, kind = '', durationMs, retryAt, attempts, count }: FeedEntry): string {
    const { events, accounts } = this.language.texts;
    const number = (value = 0) => this.language.number(value);
    switch (type) {
      case 'acquired':
        return events.acquired(events.causes[cause as keyof typeof events.causes] ?? '', number(durationMs));
      case 'refresh_failed':
        return events.refresh_failed(kind, accounts.seconds(Math.max(0, Math.ceil(((retryAt ?? at) - at) / 1_000))));
      case 'degraded':
        return events.degraded(kind);
      case 'cooling':
        return events.cooling(kind);
      case 'recovered':
        return events.recovered(number(attempts));
      case 'replayed':
        return events.replayed(number(count));
      case 'invalidated':
      case 'store_unavailable':
      case 'store_recovered':
        return events[type];
      default:
        return type;
    }
  }
}
