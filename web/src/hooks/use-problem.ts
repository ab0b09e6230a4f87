import { useCallback, useState } from 'react';
import { ApiError } from '../api.ts';

/** What went wrong, and what the person can do about it. */
export interface Problem {
  readonly what: string;
  readonly help: string;
}

function helpFor(error: ApiError): string {
  if (error.status === 0) return 'Check that pup still runs (npm start), then try again.';
  if (error.code === 'BAD_ANSWER') return 'Reload the page: it may be older than the server.';
  if (error.status === 403) return 'Choose another person to speak as, on the left.';
  if (error.status === 404)
    return 'It may have been deleted, or this person may not read it. Choose another channel or person.';
  if (error.status === 413) return 'Shorten the message and send it again.';
  if (error.status === 429) return 'Wait a moment, then try again.';
  if (error.status < 500) return 'Change the message and send it again.';
  return 'Try again; if it stays so, pup’s log says more.';
}

export function toProblem(error: unknown): Problem {
  if (error instanceof ApiError) return { what: error.message.replace(/\.$/, ''), help: helpFor(error) };
  return { what: error instanceof Error ? error.message : String(error), help: 'Reload the page.' };
}

export function useProblem(): {
  readonly problem: Problem | null;
  readonly report: (error: unknown) => void;
  readonly dismiss: () => void;
} {
  const [problem, setProblem] = useState<Problem | null>(null);
  const report = useCallback((error: unknown) => {
    // biome-ignore lint/suspicious/noConsole: the browser's console is the page's only log
    console.error(error);
    setProblem(toProblem(error));
  }, []);
  const dismiss = useCallback(() => setProblem(null), []);
  return { problem, report, dismiss };
}
