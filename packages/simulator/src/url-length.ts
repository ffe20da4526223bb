import type { MiddlewareHandler } from 'hono';
import { failure } from './answers.ts';
import { MAX_URL_CHARACTERS } from './assumptions.ts';

/** Answers 414 to a URL that is too long, for example because of its list of properties. */
export const refuseLongUrls: MiddlewareHandler = async (c, next) => {
  const { url } = c.req;
  const origin = url.indexOf('/', url.indexOf('//') + 2);
  return url.length - origin <= MAX_URL_CHARACTERS ? next() : failure(414, { message: 'URI Too Long' });
};
