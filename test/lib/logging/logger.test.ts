import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createLogger, silentLogger } from '../../../src/lib/logging/logger.ts';

const SECRET_NAMES = [
  'authorization',
  'cookie',
  'token',
  'accessToken',
  'refreshToken',
  'access_token',
  'refresh_token',
  'client_secret',
  'clientSecret',
  'verifier',
  'code_verifier',
  'codeVerifier',
];
const CANARY = 'canary-secret';

/** A logger, and the lines it wrote so far. */
function recording(level = 'debug') {
  const lines: string[] = [];
  const logger = createLogger(level, { write: (line) => lines.push(line) });
  return { logger, lines, entries: () => lines.map((line): Record<string, unknown> => JSON.parse(line)) };
}

describe('createLogger', () => {
  it('writes one JSON object a line, with a readable level and time', () => {
    const { logger, lines, entries } = recording();
    logger.info({ portal: 7 }, 'portal\nconnected');

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
    expect(entries()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        portal: 7,
        msg: 'portal\nconnected',
      },
    ]);
  });

  it('omits lines below its level', () => {
    const { logger, entries } = recording('warn');
    logger.debug('no');
    logger.info('no');
    logger.warn('yes');
    logger.error('yes');
    expect(entries().map(({ level }) => level)).toEqual(['warn', 'error']);
  });

  it.each(SECRET_NAMES)('redacts %s, at the top and one level below', (name) => {
    const { logger, lines, entries } = recording();
    logger.info({ [name]: CANARY, request: { [name]: CANARY, method: 'POST' } }, 'asked');

    expect(lines.join('')).not.toContain(CANARY);
    expect(entries()).toMatchObject([
      {
        [name]: '[redacted]',
        request: { [name]: '[redacted]', method: 'POST' },
        msg: 'asked',
      },
    ]);
  });

  it('redacts what a child logger carries', () => {
    const { logger, lines } = recording();
    logger.child({ accessToken: CANARY, request: { cookie: CANARY } }).info('asked');
    expect(lines.join('')).toContain('[redacted]');
    expect(lines.join('')).not.toContain(CANARY);
  });

  it('redacts a secret that hangs on an error', () => {
    const { logger, lines, entries } = recording();
    logger.error({ err: Object.assign(new Error('refused'), { status: 401, token: CANARY }) }, 'failed');

    expect(lines.join('')).not.toContain(CANARY);
    expect(entries()).toMatchObject([{ err: { type: 'Error', message: 'refused', status: 401 }, msg: 'failed' }]);
  });

  it('leaves the object that was logged as it was', () => {
    const request = { cookie: CANARY };
    recording().logger.info({ request, token: CANARY }, 'asked');
    expect(request).toEqual({ cookie: CANARY });
  });
});

describe('on stdout', () => {
  /** What a process writes that runs `body` with a `logger`. */
  function written(body: string): string[] {
    const module = new URL('../../../src/lib/logging/logger.ts', import.meta.url);
    const script = `import { createLogger } from '${module}'; const logger = createLogger('info'); ${body}`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    return stdout.split('\n').filter(Boolean);
  }

  it.each([
    ['ends by itself', ''],
    ['is ended', 'process.exit(0);'],
    ['fails', 'throw new Error("unforeseen");'],
  ])('every line is there when the process %s', (_how, end) => {
    const lines = written(`for (let n = 0; n < 1_000; n += 1) logger.info({ n }, 'counted'); ${end}`);
    expect(lines.map((line) => JSON.parse(line).n)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
  });

  it('a line is written after a short time, also without further lines', () => {
    const lines = written("logger.info('soon'); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1_000);");
    expect(lines).toHaveLength(1);
  });

  it('a line tells its own time', () => {
    const lines = written("logger.info('first'); setTimeout(() => logger.info('second'), 20);");
    const [first, second] = lines.map((line) => Date.parse(JSON.parse(line).time));
    expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(19);
  });
});

describe('silentLogger', () => {
  it('is silent even about the end of the process', () => {
    expect(silentLogger.isLevelEnabled('fatal')).toBe(false);
  });
});
