/** Turns texts into vectors of unit length, so that their dot product is their cosine similarity. */
export interface Embedder extends AsyncDisposable {
  /** Vectors of different models must never be compared. */
  readonly model: string;
  readonly dimensions: number;
  /** The most texts that one call should bring. */
  readonly maxBatch: number;
  /**
   * One vector per text, in the order of the texts. Texts without content are embedded as one space, long ones are
   * cut. Rejects with an `AppError`, or with the signal's reason when it is aborted.
   */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]>;
}

/** What is sent in place of a text: never empty, at most `maxCharacters`, no NUL and no half of a surrogate pair. */
export function embeddableText(text: string, maxCharacters: number): string {
  const cut = text.slice(0, maxCharacters);
  const whole = text.length > cut.length && isHighSurrogate(cut.charCodeAt(cut.length - 1)) ? cut.slice(0, -1) : cut;
  const clean = whole.toWellFormed().replaceAll('\0', ' ');
  return clean.trim() === '' ? ' ' : clean;
}

/** The vector at unit length, or null where it has none: all zeros, or not finite. */
export function unitVector(values: ArrayLike<number>): Float32Array | null {
  const vector = Float32Array.from(values);
  let sum = 0;
  for (const value of vector) sum += value * value;
  if (!Number.isFinite(sum) || sum === 0) return null;
  const length = Math.sqrt(sum);
  return vector.map((value) => value / length);
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
