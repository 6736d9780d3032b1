import type { FaultName, Frame, Snapshot } from '../../src/dashboard/frames.js';
import { byId, make, setAttribute, setText } from '../dom.js';
import type { Language } from '../language.js';

const FAULTS: readonly FaultName[] = ['revoke', 'outage', 'rate-limit', 'slow', 'html', 'rotate', 'resource-outage'];

export interface Orders {
  setLoad(callsPerSecond: number): void;
  press(fault: FaultName): void;
}

interface FaultButton {
  readonly button: HTMLButtonElement;
  readonly name: HTMLElement;
  readonly note: HTMLElement;
}

/** Sets the load and starts faults. */
export class ControlsView {
  readonly #loads = new Map<number, HTMLButtonElement>();
  readonly #faults = new Map<FaultName, FaultButton>();

  constructor(
    private readonly language: Language,
    private readonly orders: Orders,
  ) {
    for (const fault of FAULTS) this.#addFault(fault);
  }

  /** Shows the controls for the emulator or for the real service. */
  begin({ emulated, rates }: Snapshot): void {
    for (const element of document.querySelectorAll<HTMLElement>('[data-needs]')) {
      element.hidden = (element.dataset.needs === 'emulator') !== emulated;
    }
    byId('load').replaceChildren();
    this.#loads.clear();
    for (const rate of rates) {
      const button = make('button');
      button.type = 'button';
      button.addEventListener('click', () => this.orders.setLoad(rate));
      this.#loads.set(rate, button);
      byId('load').append(button);
    }
  }

  show({ load, faults, story, at }: Frame): void {
    const { controls } = this.language.texts;
    for (const [rate, button] of this.#loads) {
      setText(button, rate === 0 ? controls.off : this.language.number(rate));
      setAttribute(button, 'aria-pressed', String(rate === load.callsPerSecond));
    }
    const isStoryRunning = story !== undefined && story.step !== 'end';
    for (const [fault, { button, name, note }] of this.#faults) {
      const running = faults.find((one) => one.name === fault);
      const [title, explained] = controls.fault[fault];
      setText(name, title ?? '');
      setText(note, running ? controls.left(Math.max(0, Math.ceil((running.endsAt - at) / 1_000))) : (explained ?? ''));
      button.classList.toggle('running', running !== undefined);
      // Not `disabled`: the pressed button would lose the focus.
      setAttribute(button, 'aria-disabled', String(running !== undefined || isStoryRunning));
    }
  }

  #addFault(fault: FaultName): void {
    const button = make('button');
    button.type = 'button';
    button.dataset.fault = fault;
    const name = make('span', { className: 'name' });
    const note = make('span', { className: 'note' });
    button.append(name, note);
    button.addEventListener('click', () => {
      if (button.getAttribute('aria-disabled') !== 'true') this.orders.press(fault);
    });
    const item = make('li');
    item.append(button);
    byId('faults').append(item);
    this.#faults.set(fault, { button, name, note });
  }
}
