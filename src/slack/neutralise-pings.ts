/**
 * U+2060 WORD JOINER: has no width and allows no line break. Put between the sign and the word it leaves
 * `@here` readable while Slack sees no mention. (Not U+200D: fonts may join what stands beside it.)
 */
export const pingBreaker = '\u2060';

/**
 * Addresses come first so that `https://medium.com/@everyone` stays a working link. `<!` may also be
 * written with an entity, which Markdown decodes. People's mentions (`<@U1>`) are left as they are.
 */
const pings =
  /(?<address>\bhttps?:\/\/[^\s<>()|]+)|(?<command>(?:<|&lt;|&#0*60;|&#x0*3c;)!)(?=here|channel|everyone|group|subteam)|(?<![\p{L}\p{N}])(?<at>@|&commat;|&#0*64;|&#x0*40;)(?=(?:here|channel|everyone)(?![\p{L}\p{N}_]))/giu;

/** Takes the effect from `@here`, `@channel`, `@everyone` and user-group pings; twice is the same as once. */
export function neutralisePings(markdown: string): string {
  return markdown.replace(pings, (match, ...rest: unknown[]) => {
    const groups = rest.at(-1);
    const isAddress =
      typeof groups === 'object' && groups !== null && 'address' in groups && groups.address !== undefined;
    return isAddress ? match : match + pingBreaker;
  });
}

/** For streams: passes text on with its pings neutralised, holding back what may be the start of one. */
export interface PingGuard {
  push(chunk: string): string;
  /** What was held back. */
  flush(): string;
}

export function createPingGuard(): PingGuard {
  let held = '';
  return {
    push(chunk) {
      const text = held + chunk;
      // The longest sign and word ("&#x0040;everyone") take fewer than 24 characters.
      const start = text.slice(-24).search(/[<@&][^\s<@&]*$/);
      const cut = start < 0 ? text.length : Math.max(0, text.length - 24) + start;
      held = text.slice(cut);
      return neutralisePings(text.slice(0, cut));
    },
    flush() {
      const rest = neutralisePings(held);
      held = '';
      return rest;
    },
  };
}
