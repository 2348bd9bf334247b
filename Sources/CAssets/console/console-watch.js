// Asks something again and again while somebody looks.

const LONGEST_PAUSE_SECONDS = 30;

/** At its interval while it is answered, after 1, 2, 4 … seconds while it is not, never while the page is hidden. */
export class Watch {
  #timer;
  /** When it is to be asked next: never before it was asked once, nor when asking again of itself is of no use. */
  #due = Infinity;
  #failures = 0;
  #isAsking = false;
  #wantsMore = false;
  #seconds;
  #question;
  #onGood;
  #onBad;

  /**
   * @param {number} seconds between two questions
   * @param {() => Promise<void>} question
   * @param {() => void} onGood told after each answer
   * @param {(error: Error, wait: number) => boolean} onBad told of each failure and of the seconds to the next try; says whether
   *   there is to be one
   */
  constructor(seconds, question, onGood, onBad) {
    [this.#seconds, this.#question, this.#onGood, this.#onBad] = [seconds, question, onGood, onBad];
    document.addEventListener("visibilitychange", () => this.#look());
  }

  /** Asks now; once more afterwards when it is being asked already. */
  async now() {
    clearTimeout(this.#timer);
    this.#wantsMore = this.#isAsking;
    if (this.#isAsking) return;
    this.#isAsking = true;
    let wait = this.#seconds;
    try {
      await this.#question();
      this.#failures = 0;
      this.#onGood();
    } catch (error) {
      wait = this.#failed(error);
    } finally {
      this.#isAsking = false;
    }
    this.#due = Date.now() + wait * 1000;
    if (this.#wantsMore) await this.now();
    else this.#look();
  }

  /** Asks when it is due, which it may be at once when the page is shown again. */
  #look() {
    clearTimeout(this.#timer);
    if (document.hidden || this.#isAsking || this.#due === Infinity) return;
    this.#timer = setTimeout(() => this.now(), Math.max(0, this.#due - Date.now()));
  }

  #failed(error) {
    // Anything else is a mistake in this page, which must not look like one of the gateway, nor end the asking.
    if (!("isOpen" in error)) {
      reportError(error);
      return this.#seconds;
    }
    const backoff = Math.min(LONGEST_PAUSE_SECONDS, 2 ** this.#failures) * (0.8 + 0.4 * Math.random());
    const wait = Math.max(backoff, Math.min(error.retryAfter ?? 0, 2 * LONGEST_PAUSE_SECONDS));
    this.#failures += 1;
    return this.#onBad(error, wait) ? wait : Infinity;
  }
}
