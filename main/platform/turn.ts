/** The end of a turn of the event loop: what had arrived by then has been handled, so that work on it can be grouped. */

/** Runs `action` after the input that waits now; nothing waits for more input to come. `action` must not throw. */
export function atEndOfTurn(action: () => void): void {
  setImmediate(action);
}
