import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';

const MODULE = new URL('../../../src/lib/logging/logger.ts', import.meta.url);

describe('a log whose reader fails', () => {
  let child: ChildProcess;
  afterEach(() => child.kill('SIGKILL'));

  /** A process that runs `body` with a `logger`, and tells on stderr. */
  function run(body: string, stdout: 'pipe' | number): ChildProcess {
    const script = `import { createLogger } from '${MODULE}'; const logger = createLogger('info');
      const tell = (text) => process.stderr.write(text); ${body}`;
    child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', stdout, 'pipe'] });
    return child;
  }

  const LINES = 'const lines = (n) => { for (; n > 0; n -= 1) logger.info({ n }, "x".repeat(1_000)); };';
  /** Logs at every word that it reads, until it reads the last one. */
  const ON_DEMAND = `${LINES} process.stdin.on('data', () => { lines(100); setTimeout(() => tell('alive'), 300); });
    process.stdin.on('end', () => { tell('ended'); });`;

  async function says(word: string): Promise<void> {
    const [chunk] = await once(child.stderr ?? child, 'data');
    expect(String(chunk)).toBe(word);
  }

  it('goes on in silence when the reader is gone', async () => {
    const { stdin, stdout } = run(ON_DEMAND, 'pipe');
    stdout?.destroy();
    for (let word = 0; word < 3; word += 1) {
      stdin?.write('more');
      await says('alive');
    }
    stdin?.end();
    await says('ended');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it.runIf(existsSync('/dev/full'))('goes on when the disk is full, and ends', async () => {
    const full = openSync('/dev/full', 'w');
    const { stdin } = run(ON_DEMAND, full);
    closeSync(full);
    for (let word = 0; word < 3; word += 1) {
      stdin?.write('more');
      await says('alive');
    }
    stdin?.end();
    await says('ended');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('loses lines and not its memory when the reader stops reading, and says how many', async () => {
    const { stdin, stdout } = run(
      `${LINES} process.stdin.once('data', () => { lines(40_000);
        setTimeout(() => tell(String(process.memoryUsage().rss < 400e6)), 300); });
        process.stdin.on('end', () => logger.info('last'));`,
      'pipe',
    );
    stdin?.write('go');
    await says('true');
    let text = '';
    stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    await expect.poll(() => text.split('\n').length).toBeGreaterThan(10_000);
    stdin?.end();
    await once(child, 'close');
    const lines = text
      .trim()
      .split('\n')
      .map((line): { lost?: number; msg: string } => JSON.parse(line));
    const lost = lines.find((line) => line.lost !== undefined)?.lost ?? 0;
    expect(lost).toBeGreaterThan(0);
    expect(lines.length - 2 + lost).toBe(40_000);
    expect(lines.at(-1)?.msg).toBe('last');
  });
});
