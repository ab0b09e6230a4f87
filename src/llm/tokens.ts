const ellipsis = '…';

/**
 * A rough count of the tokens of a text, for budgets; off by up to a third for prose and code.
 * English runs at about four characters per token in the usual byte-pair vocabularies, other alphabets at about two,
 * Chinese, Japanese and Korean at about one; emoji take two or three tokens each.
 */
export function estimateTokens(text: string): number {
  let quarters = 0;
  for (let index = 0; index < text.length; ) {
    const point = text.codePointAt(index) ?? 0;
    quarters += quarterTokens(point);
    index += point > 0xffff ? 2 : 1;
  }
  return Math.ceil(quarters / 4);
}

/** The longest beginning of `text` that is estimated at `maxTokens` or fewer, ending in `…` where something was cut. */
export function truncateToTokens(text: string, maxTokens: number): string {
  const budget = Math.floor(maxTokens) * 4;
  const room = budget - quarterTokens(ellipsis.charCodeAt(0));
  let quarters = 0;
  let cut = 0;
  for (let index = 0; index < text.length; ) {
    const point = text.codePointAt(index) ?? 0;
    quarters += quarterTokens(point);
    if (quarters > budget) return room < 0 ? '' : text.slice(0, cut) + ellipsis;
    index += point > 0xffff ? 2 : 1;
    if (quarters <= room) cut = index;
  }
  return text;
}

function quarterTokens(point: number): number {
  if (point < 0x80) return 1;
  if (point > 0xffff) return point >= 0x20000 && point < 0x40000 ? 4 : 10;
  return isWide(point) ? 4 : 2;
}

/** Kana, CJK ideographs, Hangul and their full-width forms. */
function isWide(point: number): boolean {
  return (
    (point >= 0x1100 && point <= 0x11ff) ||
    (point >= 0x2e80 && point <= 0x9fff) ||
    (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) ||
    (point >= 0xff00 && point <= 0xffef)
  );
}
