import type { MiddlewareHandler } from 'hono';
import { failure } from './answers.ts';
import { MAX_URL_CHARACTERS } from './assumptions.ts';

/** Answers 414 to a list of properties that is too long for a URL: a batch read takes it. */
export const refuseLongUrls: MiddlewareHandler = async (c, next) => {
  const { url } = c.req;
  const origin = url.indexOf('/', url.indexOf('//') + 2);
  return url.length - origin <= MAX_URL_CHARACTERS ? next() : failure(414, { message: 'URI Too Long' });
};
