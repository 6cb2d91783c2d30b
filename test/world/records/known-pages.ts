/**
 * What one client may believe of pages, as an all-knowing observer sees it (I16). Every reading of a page by a server has a
 * number. Whoever asks after it has heard of an invalidation, or after its transport was replaced, must be given a reading
 * that was made after that; and whoever has changed a page must be given what is at least as new as that.
 */

/** The least that somebody who asks now must be given. */
export interface Least {
  readonly reading: number;
  readonly version: number;
}

export class KnownPages {
  #all = 0;
  readonly #readings = new Map<string, number>();
  readonly #versions = new Map<string, number>();

  /** Nothing counts any more that was read up to this one. `page`: of this page. */
  forget(reading: number, page?: string): void {
    if (page === undefined) this.#all = reading;
    else this.#readings.set(page, reading);
  }

  /** It has changed a page itself, and was told so. */
  changed(page: string, version: number): void {
    this.#versions.set(page, Math.max(version, this.#versions.get(page) ?? 0));
  }

  least(page: string): Least {
    return {
      reading: Math.max(this.#all, this.#readings.get(page) ?? 0),
      version: this.#versions.get(page) ?? 0,
    };
  }
}
