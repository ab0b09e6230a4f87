/** The base of every error that pup raises on purpose. `docs/errors.md` lists the codes. */
export abstract class AppError extends Error {
  /** Stable, upper case; what logs and operators search for. */
  abstract readonly code: string;
  /** Whether the same call may succeed later. */
  abstract readonly retryable: boolean;
}

/** A value from outside has a shape that pup cannot take. */
export class InvalidInput extends AppError {
  override readonly name = 'InvalidInput';
  readonly code = 'INVALID_INPUT';
  readonly retryable = false;
}

/** Something that was asked for does not exist. */
export class NotFound extends AppError {
  override readonly name = 'NotFound';
  readonly code = 'NOT_FOUND';
  readonly retryable = false;
}

/** The stable code of any thrown value, for logs: an `AppError`'s, Node's or PostgreSQL's own, else its class name. */
export function errorCode(error: unknown): string {
  if (error instanceof AppError) return error.code;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'UNKNOWN';
}
