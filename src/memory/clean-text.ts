/** Text that a database can hold: no NUL (PostgreSQL refuses it), no half of a surrogate pair (UTF-8 has none). */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '');
}
