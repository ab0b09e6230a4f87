import { AppError } from '../errors.ts';

/** Slack refuses the token: nothing works until someone puts another one in. */
export class SlackAuthFailed extends AppError {
  override readonly name = 'SlackAuthFailed';
  readonly code = 'SLACK_AUTH_FAILED';
  readonly retryable = false;
  readonly reason: string;
  constructor(reason: string, cause?: unknown) {
    super(`Slack refuses the token: ${reason}`, { cause });
    this.reason = reason;
  }
}

/** Slack did not answer, answered with an error of its own, or asks to wait for longer than a reply can. */
export class SlackUnavailable extends AppError {
  override readonly name = 'SlackUnavailable';
  readonly code = 'SLACK_UNAVAILABLE';
  readonly retryable = true;
  readonly method: string;
  constructor(method: string, cause: unknown) {
    super(`Slack could not be reached for ${method}`, { cause });
    this.method = method;
  }
}

/** Slack understood the call and refused it; calling again changes nothing. */
export class SlackRefused extends AppError {
  override readonly name = 'SlackRefused';
  readonly code = 'SLACK_REFUSED';
  readonly retryable = false;
  readonly method: string;
  readonly reason: string;
  constructor(method: string, reason: string, cause: unknown) {
    super(`Slack refused ${method}: ${reason}`, { cause });
    this.method = method;
    this.reason = reason;
  }
}

/** Pup does not know yet who it is in Slack: `auth.test` has not answered. */
export class SlackNotConnected extends AppError {
  override readonly name = 'SlackNotConnected';
  readonly code = 'SLACK_NOT_CONNECTED';
  readonly retryable = true;
  constructor() {
    super('The connection to Slack is not made yet');
  }
}

/** A Socket Mode connection was not opened, or ended. */
export class SocketLost extends AppError {
  override readonly name = 'SocketLost';
  readonly code = 'SLACK_SOCKET_LOST';
  readonly retryable = true;
  readonly reason: string;
  constructor(reason: string, cause?: unknown) {
    super(`The Socket Mode connection is lost: ${reason}`, { cause });
    this.reason = reason;
  }
}
