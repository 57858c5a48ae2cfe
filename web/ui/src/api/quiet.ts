/**
 * What is drawn first is fetched first.
 *
 * A browser has six lines to the hub and the hub answers in turn, so a dozen requests at
 * once make the one that is waited for the slowest. What is needed before anything can be
 * drawn is `first`; the rest waits until that is drawn.
 */

/** Nothing waits for longer, whatever else is the matter. */
const AT_MOST_MS = 1000
/** A page that is not looked at draws nothing. */
const DRAWN_MS = 100

const underWay = new Set<Promise<unknown>>()

/** Fetch what is needed before anything can be drawn. */
export function first<T>(work: Promise<T>): Promise<T> {
  underWay.add(work)
  const done = (): void => void underWay.delete(work)
  work.then(done, done)
  return work
}

/** Wait until what goes first is there and drawn. */
export async function quiet(): Promise<void> {
  // Whoever is put on the page together asks for his part in this same turn.
  await Promise.resolve()
  await Promise.race([Promise.allSettled(underWay), pause(AT_MOST_MS)])
  await Promise.race([drawn(), pause(DRAWN_MS)])
}

function pause(span: number): Promise<void> {
  return new Promise((then) => setTimeout(then, span))
}

function drawn(): Promise<void> {
  return new Promise((then) => requestAnimationFrame(() => setTimeout(then)))
}
