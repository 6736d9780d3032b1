/** Two texts with so many consecutive characters in common do not have them by coincidence. */
export const RUN_LENGTH = 12;

/** Whether `text` repeats 12 consecutive characters of `secret`, or all of a shorter one. */
export function sharesRun(text: string, secret: string): boolean {
  if (secret.length < RUN_LENGTH) return text.includes(secret);
  for (let start = 0; start + RUN_LENGTH <= text.length; start++) {
    if (secret.includes(text.slice(start, start + RUN_LENGTH))) return true;
  }
  return false;
}
