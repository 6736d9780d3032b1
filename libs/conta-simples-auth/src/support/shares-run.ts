/** So many characters in a row are no coincidence. */
export const RUN = 12;

/** Whether `text` repeats 12 characters in a row of `secret`, or the whole of a shorter one. */
export function sharesRun(text: string, secret: string): boolean {
  if (secret.length < RUN) return text.includes(secret);
  for (let start = 0; start + RUN <= text.length; start++) {
    if (secret.includes(text.slice(start, start + RUN))) return true;
  }
  return false;
}
