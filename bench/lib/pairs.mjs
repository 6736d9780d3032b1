/**
 * The order of the two sides of a comparison, for one pair of rounds after the other. At random, because garbage collections
 * that come at regular intervals would always hit the same side of a fixed order: a client compared with itself differed
 * by up to 9 %. Every second pair has the reverse order, so that a machine that becomes slower affects both sides.
 */
export function* pairOrders(pairs = Number.POSITIVE_INFINITY) {
  let order = [];
  for (let pair = 0; pair < pairs; pair++) {
    if (pair % 2 === 1) order = order.toReversed();
    else order = Math.random() < 0.5 ? [0, 1] : [1, 0];
    yield order;
  }
}
