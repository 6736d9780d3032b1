import type { Frame } from '../../src/dashboard/frames.js';
import { byId, make, setText } from '../dom.js';
import type { Language } from '../language.js';

export interface StoryOrders {
  play(): void;
  stop(): void;
}

/** Explains what is happening: the step of the guided demo, or the latest fault. */
export class StoryView {
  readonly #caption = byId('caption');
  readonly #result = byId('story-result');
  readonly #play = byId('play');
  readonly #stop = byId('stop');
  readonly #steps = byId('story-steps');
  emulated = true;

  constructor(
    private readonly language: Language,
    orders: StoryOrders,
  ) {
    this.#play.addEventListener('click', () => orders.play());
    this.#stop.addEventListener('click', () => orders.stop());
  }

  show({ story, faults }: Frame): void {
    setText(this.#caption, this.#captionOf({ story, faults }));
    const { progress, result } = this.language.texts.story;
    const answered = story && this.language.number(story.answered);
    const isRunning = story !== undefined && story.step !== 'end';
    setText(
      this.#result,
      isRunning ? `${progress(story.number, story.steps)}. ${result(answered ?? '', story.failed)}` : '',
    );
    this.#toggle(isRunning);
    this.#showSteps(isRunning ? story.number : 0, story?.steps ?? 0);
  }

  #captionOf({ story, faults }: Pick<Frame, 'story' | 'faults'>): string {
    const { steps, idle, idleReal } = this.language.texts.story;
    if (story?.step === 'end') return steps.end(story.failedBefore);
    if (story !== undefined) return steps[story.step];
    const pressed = faults.at(-1);
    if (pressed !== undefined) return steps[pressed.name];
    return this.emulated ? idle : idleReal;
  }

  /** Moves the focus from the pressed button to the one that replaces it. */
  #toggle(isRunning: boolean): void {
    if (this.#play.hidden === isRunning) return;
    const [shown, gone] = isRunning ? [this.#stop, this.#play] : [this.#play, this.#stop];
    const hadFocus = document.activeElement === gone;
    shown.hidden = false;
    gone.hidden = true;
    if (hadFocus) shown.focus();
  }

  #showSteps(number: number, steps: number): void {
    if (this.#steps.children.length !== steps) {
      this.#steps.replaceChildren(...Array.from({ length: steps }, () => make('li')));
    }
    [...this.#steps.children].forEach((step, index) => {
      step.className = index + 1 < number ? 'done' : index + 1 === number ? 'current' : '';
    });
    this.#steps.hidden = number === 0;
  }
}
