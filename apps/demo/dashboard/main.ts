import type { Frame, Snapshot } from '../src/dashboard/frames.js';
import { CallHistory } from './call-history.js';
import { Charts } from './charts.js';
import { byId, setAttribute, setText, translate } from './dom.js';
import { Language } from './language.js';
import { Stream } from './stream.js';
import { AccountsView } from './views/accounts-view.js';
import { ControlsView } from './views/controls-view.js';
import { CountersView } from './views/counters-view.js';
import { EventsView } from './views/events-view.js';
import { StoryView } from './views/story-view.js';

const language = new Language(() => changeLanguage());
const history = new CallHistory();
const charts = new Charts(byId('rate-chart'), byId('latency-chart'), history, () => language.name);
const accounts = new AccountsView(byId('accounts'));
const counters = new CountersView(byId('counters'), byId('server'), language);
const events = new EventsView(byId('events'), language);
const controls = new ControlsView(language, {
  setLoad: (callsPerSecond) => order('POST', 'load', { callsPerSecond }),
  press: (fault) => order('POST', `faults/${fault}`, {}),
});
const story = new StoryView(language, { play: () => order('POST', 'story'), stop: () => order('DELETE', 'story') });
let connection: 'waiting' | 'open' | 'lost' = 'waiting';
let latest: Frame | undefined;
let lastEventId = 0;

new Stream({ snapshot: begin, frame: show, state: showConnection }).connect();
for (const button of byId('languages').querySelectorAll('button')) {
  button.addEventListener('click', () => language.use(button.dataset.language));
}
changeLanguage();

/** A new stream, perhaps of a new server: replaces all earlier data. */
function begin(snapshot: Snapshot): void {
  history.clear();
  events.clear();
  lastEventId = 0;
  for (const interval of snapshot.history) history.add(interval);
  story.emulated = snapshot.emulated;
  controls.begin(snapshot);
  update(snapshot);
}

function show(frame: Frame): void {
  history.add(frame.interval);
  update(frame);
}

function update(frame: Frame): void {
  // The last events before a snapshot are sent again with the frame after it.
  const fresh = frame.events.filter(({ id }) => id > lastEventId);
  lastEventId = fresh.at(-1)?.id ?? lastEventId;
  for (const event of fresh) history.note(event);
  events.add(fresh);
  latest = frame;
  render(frame);
}

function render(frame: Frame): void {
  accounts.show(frame.accounts, frame.at, language.texts);
  counters.show(frame);
  controls.show(frame);
  story.show(frame);
  charts.draw(frame.at);
}

function showConnection(state: typeof connection): void {
  connection = state;
  setAttribute(byId('connection'), 'data-state', state);
  setText(byId('connection'), language.texts.connection[state]);
}

function changeLanguage(): void {
  document.title = language.texts.title;
  translate(language.texts, language.name);
  for (const button of byId('languages').querySelectorAll('button')) {
    setAttribute(button, 'aria-pressed', String(button.dataset.language === language.name));
  }
  showConnection(connection);
  charts.restyle();
  events.render();
  if (latest !== undefined) render(latest);
}

/** Its result arrives with the stream. */
function order(method: 'POST' | 'DELETE', path: string, body?: object): void {
  const headers = { 'content-type': 'application/json' };
  const request = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  fetch(`/dashboard/${path}`, request)
    .then(({ ok }) => setText(byId('rejected'), ok ? '' : language.texts.controls.rejected))
    .catch(() => setText(byId('rejected'), language.texts.controls.rejected));
}
