import { setImmediate as setImmediateAtLoad } from 'node:timers';

// A copy: fake timers may replace what the module exports.
const setReal = setImmediateAtLoad;
let isReal = false;
setReal(() => {
  isReal = true;
});

/**
 * Calls back in the next turn of the event loop, also where the fake timers of a test have replaced the global function. If
 * they may have done so before this file was loaded, the global function is called as well.
 */
export function nextTurn(callback: () => void): void {
  if (isReal || globalThis.setImmediate === setReal) {
    setReal(callback);
    return;
  }
  let isCalled = false;
  const once = () => {
    if (isCalled) return;
    isCalled = true;
    callback();
  };
  setReal(once);
  globalThis.setImmediate(once);
}
