import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AdapterConfig } from '../config/schema.ts';
import { contentType, negotiateCoding, negotiateFormat } from '../exposition/negotiate.ts';
import type { Pages } from '../exposition/pages.ts';
import type { Family } from '../series/family.ts';

export type Page = { pages: Pages; key: string; timeout: number; gather: () => Promise<Family[]> };

/** Send a page in the format and compression that the request asks for. @throws {PodkitError} ERR_OVERLOADED */
export async function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { pages, key, timeout, gather }: Page,
): Promise<FastifyReply> {
  const format = negotiateFormat(request.headers.accept);
  const coding = negotiateCoding(request.headers['accept-encoding']);
  const page = await pages.render({ format, coding }, key, gather);
  if (coding !== 'identity') reply.header('content-encoding', coding);
  // A reader that is slower than its own timeout has given up; its page must not stay in memory.
  const timer = setTimeout(() => reply.raw.destroy(), Math.max(1000, timeout)).unref();
  reply.raw.once('close', () => clearTimeout(timer));
  pages.sending(page, reply.raw);
  return reply.header('vary', 'accept, accept-encoding').type(contentType(format)).send(page);
}

/** Milliseconds that sources may take: the scraper's timeout less an offset for the way back. */
export function scrapeTimeout(request: FastifyRequest, scrape: AdapterConfig['scrape']): number {
  const seconds = Number(request.headers['x-prometheus-scrape-timeout-seconds']);
  const given = seconds > 0 ? seconds * 1000 : scrape.timeout;
  // At least half of the timeout stays, however short it is.
  const left = Math.max(given - scrape.timeoutOffset, given / 2);
  return Math.min(left, scrape.maxTimeout);
}
