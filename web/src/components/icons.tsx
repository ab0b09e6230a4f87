import type { ReactNode } from 'react';

const paths = {
  lock: 'M5 7V5.500a3 3 0 0 1 6 0V7m-7 0h8v6H4z',
  hash: 'M6.500 2.500 5 13.500M11 2.500 9.500 13.500M3 6h10.500M2.500 10H13',
  reply: 'M13.500 3.500h-11v7H5v3l3.500-3h5z',
  edit: 'm3 13 .6-2.600 7-7 2 2-7 7zM9.400 4.600l2 2',
  trash: 'M3 4.500h10M6.500 4.500V3h3v1.500m-5 0 .6 8.500h5.800l.6-8.500',
  link: 'M6.800 9.200a2.300 2.300 0 0 1 0-3.200l2-2a2.300 2.300 0 0 1 3.200 3.200l-.8.8M9.200 6.800a2.300 2.300 0 0 1 0 3.200l-2 2A2.300 2.300 0 0 1 4 8.800l.8-.8',
  close: 'm4 4 8 8m0-8-8 8',
  menu: 'M2.500 4.500h11m-11 3.500h11m-11 3.500h11',
  send: 'M8 13V3.500M4 7l4-4 4 4',
  down: 'M8 3v9.500M4 9l4 4 4-4',
  file: 'M4 2h5l3 3v9H4zm5 0v3h3',
  spark: 'M8 2.500 9.400 6.600 13.500 8 9.400 9.400 8 13.500 6.600 9.400 2.500 8l4.100-1.400z',
} as const;

export function Icon({ name }: { readonly name: keyof typeof paths }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/** Pup's own mark. */
export function PupMark(): ReactNode {
  return (
    <svg viewBox="0 0 36 36" aria-hidden="true" focusable="false">
      <rect width="36" height="36" fill="#d98a3d" />
      <path
        d="M9.500 10c-3 .8-4.300 5.200-3.200 8.800.5 1.700 2.400 1.500 3.200.3V10Zm17 0c3 .8 4.300 5.200 3.200 8.800-.5 1.700-2.400 1.500-3.200.3V10Z"
        fill="#7a4518"
      />
      <path
        d="M18 7.500c-5.500 0-9 3.700-9 9.300 0 7.200 4 12.200 9 12.200s9-5 9-12.200c0-5.600-3.500-9.300-9-9.300Z"
        fill="#fff6ea"
      />
      <circle cx="14.200" cy="16.500" r="1.500" fill="#33221a" />
      <circle cx="21.800" cy="16.500" r="1.500" fill="#33221a" />
      <path
        d="M15.500 20.800c0-1 1.100-1.500 2.500-1.500s2.500.5 2.500 1.500-1.200 2-2.500 2-2.500-1-2.500-2Z"
        fill="#33221a"
      />
      <path
        d="M18 22.800v1.400m0 0c-.8 1-2 1.100-2.900.6m2.900-.6c.8 1 2 1.100 2.900.6"
        stroke="#33221a"
        strokeLinecap="round"
        fill="none"
      />
    </svg>
  );
}
