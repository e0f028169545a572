import { extname } from 'node:path';

const text = (type: string) => `${type}; charset=utf-8`;

const types: Record<string, string> = {
  '.html': text('text/html'),
  '.htm': text('text/html'),
  '.css': text('text/css'),
  '.js': text('text/javascript'),
  '.mjs': text('text/javascript'),
  '.json': text('application/json'),
  '.map': text('application/json'),
  '.webmanifest': text('application/manifest+json'),
  '.rss': text('application/rss+xml'),
  '.atom': text('application/atom+xml'),
  '.yaml': text('application/yaml'),
  '.yml': text('application/yaml'),
  '.vtt': text('text/vtt'),
  '.xml': text('application/xml'),
  '.txt': text('text/plain'),
  '.md': text('text/markdown'),
  '.csv': text('text/csv'),
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.otf': 'font/otf',
  '.pdf': 'application/pdf',
  '.wasm': 'application/wasm',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.mp3': 'audio/mpeg',
  '.zip': 'application/zip',
};

/** The media type of a file by its extension; what we do not know must not be guessed by the browser either. */
export function contentTypeOf(path: string): string {
  const extension = extname(path).toLowerCase();
  // LICENSE, README: files without an ending are for people to read.
  return extension === '' ? text('text/plain') : (types[extension] ?? 'application/octet-stream');
}
