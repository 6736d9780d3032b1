import type { Frame, ServerCounts } from '../../src/dashboard/frames.js';
import { make, setText } from '../dom.js';
import type { Language } from '../language.js';

/** Figures as a definition list: name, value and details. */
class Figures {
  readonly #entries = new Map<string, { term: HTMLElement; value: HTMLElement; note: HTMLElement; box: HTMLElement }>();

  constructor(private readonly list: HTMLElement) {}

  show(id: string, term: string, value: string, note: string, alarming = false): void {
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      const box = make('div');
      box.dataset.figure = id;
      entry = {
        box,
        term: make('dt'),
        value: make('dd', { className: 'value' }),
        note: make('dd', { className: 'note' }),
      };
      box.append(entry.term, entry.value, entry.note);
      this.list.append(box);
      this.#entries.set(id, entry);
    }
    setText(entry.term, term);
    setText(entry.value, value);
    setText(entry.note, note);
    entry.box.classList.toggle('alarming', alarming);
  }
}

export class CountersView {
  readonly #counters: Figures;
  readonly #server: Figures;

  constructor(
    counters: HTMLElement,
    server: HTMLElement,
    private readonly language: Language,
  ) {
    this.#counters = new Figures(counters);
    this.#server = new Figures(server);
  }

  show({ totals, load, server }: Frame): void {
    const { counters, server: serverTexts } = this.language.texts;
    const number = (value: number) => this.language.number(value);
    const { answered, failed, failedWithoutToken, obtained, failedAttempts, replays } = totals;
    this.#counters.show('answered', counters.answered, number(answered), counters.inFlight(number(load.inFlight)));
    this.#counters.show(
      'failed',
      counters.failed,
      number(failed),
      counters.failedNote(number(failedWithoutToken)),
      failed > 0,
    );
    const attemptsNote = counters.attemptsNote(number(obtained), number(failedAttempts));
    this.#counters.show('attempts', counters.attempts, number(obtained + failedAttempts), attemptsNote);
    this.#counters.show('replays', counters.replays, number(replays), counters.replaysNote);
    if (server === undefined) return;
    const byStatus = ({ byStatus }: ServerCounts) =>
      serverTexts.byStatus(Object.entries(byStatus).map(([status, count]) => `${status}: ${number(count)}`));
    this.#server.show('token', serverTexts.token, number(server.token.total), byStatus(server.token));
    this.#server.show('resource', serverTexts.resource, number(server.resource.total), byStatus(server.resource));
  }
}
