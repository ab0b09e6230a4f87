import { AppError } from '../../errors.ts';

/** The path holds no export that can be read: missing, no zip, truncated, or a zip of something else. */
export class ExportUnreadable extends AppError {
  override readonly name = 'ExportUnreadable';
  readonly code = 'EXPORT_UNREADABLE';
  readonly retryable = false;
  readonly path: string;

  constructor(path: string, reason: string, cause?: unknown) {
    super(`${path} ${reason}`, cause === undefined ? {} : { cause });
    this.path = path;
  }
}

/** The zip is built to do harm (paths out of its folder, a zip bomb). Nothing of it is imported. */
export class ExportRefused extends AppError {
  override readonly name = 'ExportRefused';
  readonly code = 'EXPORT_REFUSED';
  readonly retryable = false;
  readonly path: string;

  constructor(path: string, reason: string, cause?: unknown) {
    super(`${path} is refused: ${reason}`, cause === undefined ? {} : { cause });
    this.path = path;
  }
}

/** One file of the export cannot be read; the others can. */
export class ExportFileUnreadable extends AppError {
  override readonly name = 'ExportFileUnreadable';
  readonly code = 'EXPORT_FILE_UNREADABLE';
  readonly retryable = false;
  readonly file: string;

  constructor(file: string, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? {} : { cause });
    this.file = file;
  }
}
