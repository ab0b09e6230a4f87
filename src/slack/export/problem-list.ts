import type { z } from 'zod';

export interface ImportProblem {
  readonly file: string;
  /** Null where the whole file is meant. */
  readonly line: number | null;
  readonly problem: string;
}

/** A broken export of a million messages must not fill the memory with its problems. */
const maxKept = 1_000;

/** What could not be imported. Never holds a part of a message. */
export class ProblemList {
  readonly #kept: ImportProblem[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get kept(): readonly ImportProblem[] {
    return this.#kept;
  }

  add(file: string, line: number | null, problem: string): void {
    this.#count += 1;
    if (this.#kept.length < maxKept) this.#kept.push({ file, line, problem });
  }
}

/** Names the wrong fields, never what stands in them. */
export function describeShape(error: z.ZodError): string {
  const issues = error.issues.slice(0, 3).map((issue) => {
    const path = issue.path.map(String).join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  return issues.join('; ').slice(0, 300);
}
