import 'react';

declare module 'react' {
  interface CSSProperties {
    /** The hue of an avatar, in degrees. */
    '--hue'?: number;
  }
}
