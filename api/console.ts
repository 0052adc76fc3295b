/**
 * The console and the portal at `/`: what `web/` was built to. A browser runs nothing but our own files there, and takes no style but
 * those of this very page.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import express, { type RequestHandler, type Response, type Router } from 'express';
import { localsOf } from './locals.ts';

const built = join(import.meta.dirname, '../web/dist');

/** Pages that the console's own router knows, so that an address that nobody has is answered by the API's 404. */
const pages = [
  '/',
  '/sign-in',
  '/sign-in/link',
  '/own-password',
  '/connect',
  '/connections',
  '/connections/:connectionId',
  '/connections/:connectionId/setup',
  '/connections/:connectionId/mapping',
  '/failures',
  '/incidents',
  '/incidents/:incidentId',
  '/health',
  '/messages',
  '/reports',
  '/audit',
  '/portal',
];
/** Opened by a link that the API signed, and the only page that others may show in a frame. */
const embeddedPage = '/portal/embed';

/** `null` where nothing was built: an API alone. */
export function serveConsole({
  publicUrl,
  portalEmbedOrigins,
  folder = built,
}: {
  publicUrl: string;
  portalEmbedOrigins: readonly string[];
  folder?: string;
}): Router | null {
  const html = readIfThere(join(folder, 'index.html'));
  if (html === null) return null;
  const base = `${new URL(publicUrl).pathname.replace(/\/+$/, '')}/`;
  const router = express.Router();
  // Their names say what is in them.
  router.use(
    '/assets',
    sendCompressed(namesIn(join(folder, 'assets'))),
    express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', index: false, fallthrough: false }),
  );
  const show = (response: Response, framedBy: readonly string[]) => {
    localsOf(response).route = 'console';
    const nonce = randomBytes(16).toString('base64');
    response
      .set({
        'Content-Security-Policy': [
          `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'`,
          `img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'self'`,
          `frame-ancestors ${framedBy.join(' ') || `'none'`}`,
        ].join('; '),
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'same-origin',
      })
      .type('html')
      .send(html.replaceAll('{{base}}', base).replaceAll('{{nonce}}', nonce));
  };
  router.get(pages, (_request, response) => show(response, []));
  router.get(embeddedPage, (_request, response) => {
    // It knows no list of origins, and would forbid what the policy allows.
    response.removeHeader('X-Frame-Options');
    show(response, portalEmbedOrigins);
  });
  return router;
}

/** How a file may be packed, the smallest first, and what the build calls it then. */
const packings = { br: '.br', gzip: '.gz' } as const;

/** Sends what the build has packed, to whoever takes it. */
function sendCompressed(names: ReadonlySet<string>): RequestHandler {
  return (request, response, next) => {
    const name = request.path.slice(1);
    const packed = (Object.keys(packings) as (keyof typeof packings)[]).filter((one) => names.has(name + packings[one]));
    if (packed.length > 0) {
      response.vary('Accept-Encoding');
      // Browsers name all that they take and prefer none.
      const packing = packed.find((one) => request.acceptsEncodings(one));
      if (packing) {
        request.url = `/${name}${packings[packing]}`;
        response.set('Content-Encoding', packing).type(extname(name));
      }
    }
    next();
  };
}

const namesIn = (folder: string) => new Set(existsSync(folder) ? readdirSync(folder) : []);

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
