import type { AccountView } from '../../src/dashboard/frames.js';
import { make, setAttribute, setText } from '../dom.js';
import type { Texts } from '../texts/en.js';

/** One card for each account: its state, and the remaining lifetime of its token as a bar. */
export class AccountsView {
  readonly #cards = new Map<string, AccountCard>();

  constructor(private readonly list: HTMLElement) {}

  show(accounts: readonly AccountView[], now: number, texts: Texts): void {
    for (const account of accounts) {
      let card = this.#cards.get(account.account);
      if (card === undefined) {
        card = new AccountCard(account.account);
        this.#cards.set(account.account, card);
        this.list.append(card.element);
      }
      card.show(account, now, texts);
    }
  }
}

class AccountCard {
  readonly element = make('li', { className: 'card account' });
  readonly #state = make('span', { className: 'state' });
  readonly #bar = make('div', { className: 'bar' });
  readonly #left = make('div', { className: 'left' });
  readonly #mark = make('div', { className: 'mark' });
  readonly #renewal = make('span');
  readonly #ends = make('span');
  readonly #held = make('p', { className: 'token' });
  readonly #token = make('span');
  readonly #fingerprint = make('code');
  readonly #failureState = make('p', { className: 'failure' });
  /** The position of the mark, fixed per token: after a failed attempt `nextRefreshAt` is the next attempt. */
  #refreshShare = 0;
  #generation = -1;

  constructor(name: string) {
    const head = make('div', { className: 'head' });
    head.append(make('h3', { text: name }), this.#state);
    setAttribute(this.#bar, 'role', 'meter');
    setAttribute(this.#bar, 'aria-valuemin', '0');
    setAttribute(this.#bar, 'aria-valuemax', '100');
    this.#bar.append(this.#left, this.#mark);
    const times = make('p', { className: 'times' });
    times.append(this.#renewal, this.#ends);
    this.#held.append(this.#token, this.#fingerprint);
    this.element.append(head, this.#bar, times, this.#held, this.#failureState);
  }

  show(view: AccountView, now: number, texts: Texts): void {
    const { account, state, obtainedAt, expiresAt, nextRefreshAt, retryAt, generation, fingerprint, failure } = view;
    setAttribute(this.element, 'data-state', state);
    setText(this.#state, texts.accounts.states[state]);
    const share =
      obtainedAt === undefined || expiresAt === undefined ? 0 : (expiresAt - now) / (expiresAt - obtainedAt);
    const left = Math.min(1, Math.max(0, share));
    if (
      generation !== this.#generation &&
      obtainedAt !== undefined &&
      expiresAt !== undefined &&
      nextRefreshAt !== undefined
    ) {
      this.#generation = generation;
      this.#refreshShare = (expiresAt - nextRefreshAt) / (expiresAt - obtainedAt);
    }
    this.#left.style.transform = `scaleX(${left.toFixed(4)})`;
    this.#mark.style.left = `${(this.#refreshShare * 100).toFixed(1)}%`;
    this.#mark.hidden = obtainedAt === undefined;
    setAttribute(this.#bar, 'aria-label', texts.accounts.lifetime(account));
    setAttribute(this.#bar, 'aria-valuenow', String(Math.round(left * 100)));
    const inSeconds = (at: number) => texts.accounts.seconds(Math.max(0, Math.ceil((at - now) / 1_000)));
    const next = retryAt ?? nextRefreshAt;
    const kind = retryAt === undefined ? texts.accounts.refresh : texts.accounts.attempt;
    setText(this.#renewal, next === undefined ? '' : `${kind} ${inSeconds(next)}`);
    setText(this.#ends, expiresAt === undefined ? '' : `${texts.accounts.expiry} ${inSeconds(expiresAt)}`);
    setText(this.#token, `${texts.accounts.token} ${generation === 0 ? texts.accounts.none : `#${generation}`}`);
    setText(this.#fingerprint, fingerprint ?? '');
    const failureText = state === 'degraded' || state === 'cooling' ? texts.accounts.failures[state] : undefined;
    setText(this.#failureState, failureText?.(failure ?? '') ?? '');
    this.#failureState.hidden = failureText === undefined;
    this.#held.hidden = failureText !== undefined;
    setAttribute(this.element, 'data-generation', String(generation));
  }
}
