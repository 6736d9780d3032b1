/**
 * An instance for each account, found by the account's name as an application finds it.
 *
 * @param {number} count
 * @param {(credentials: { key: string, secret: string }) => () => Promise<unknown>} sourceOf
 */
export function accountsOf(count, sourceOf) {
  const names = Array.from({ length: count }, (_, index) => `account-${index}`);
  const sources = new Map(names.map((name) => [name, sourceOf({ key: name, secret: 'secret' })]));
  return (index) => sources.get(names[index])();
}
