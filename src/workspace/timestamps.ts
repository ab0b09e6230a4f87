/**
 * Gives ids for new messages: seconds and six digits, each later than all before it,
 * also within one microsecond and after the clock was set back.
 */
export function createTimestamps(now: () => number = Date.now): () => string {
  let last = 0n;
  return () => {
    const current = BigInt(Math.floor(now())) * 1000n;
    last = current > last ? current : last + 1n;
    const digits = last.toString().padStart(7, '0');
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  };
}
