import type { Frame } from '../../src/dashboard/frames.js';
import { byId, make, setText } from '../dom.js';
import type { Language } from '../language.js';

export interface StoryOrders {
  play(): void;
  stop(): void;
}

/** Tells in a sentence or two what is going on: the step of the story, or the fault pressed last. */
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
    const isTold = story !== undefined && story.step !== 'end';
    setText(
      this.#result,
      isTold ? `${progress(story.number, story.steps)}. ${result(answered ?? '', story.failed)}` : '',
    );
    this.#toggle(isTold);
    this.#showSteps(isTold ? story.number : 0, story?.steps ?? 0);
  }

  #captionOf({ story, faults }: Pick<Frame, 'story' | 'faults'>): string {
    const { steps, idle, idleReal } = this.language.texts.story;
    if (story?.step === 'end') return steps.end(story.failedBefore);
    if (story !== undefined) return steps[story.step];
    const pressed = faults.at(-1);
    if (pressed !== undefined) return steps[pressed.name];
    return this.emulated ? idle : idleReal;
  }

  /** Whoever pressed one of the two finds the focus on the other. */
  #toggle(isTold: boolean): void {
    if (this.#play.hidden === isTold) return;
    const [shown, gone] = isTold ? [this.#stop, this.#play] : [this.#play, this.#stop];
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
