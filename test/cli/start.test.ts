import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../helpers/cli.ts';
import { listenOnLoopback } from '../helpers/loopback.ts';
import { testEnv } from '../helpers/stack.ts';

const ROOT = join(import.meta.dirname, '../..');
const SECRET = 'a secret of at least 32 bytes, from a file';
const DOT_ENV = `# As the example file has it.
AUTH_JWT_SECRET="${SECRET}"
AUTH_JWT_ISSUER=https://issuer.example
AUTH_JWT_AUDIENCE=gateway
HUBSPOT_SCOPES=oauth
DATABASE_URL=
DATA_DIR=data
`;

let folder: string;
let taken: Server;
let port: number;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  writeFileSync(join(folder, '.env'), DOT_ENV);
  taken = createServer();
  port = await listenOnLoopback(taken);
});
afterAll(() => {
  taken.close();
  rmSync(folder, { recursive: true });
});

const serving = (more: Readonly<Record<string, string>>) => ({ ...testEnv('http://localhost:1'), ...more });
const inUse = () => `Something else listens on port ${port} of 127.0.0.1: end it, or choose another port.\n`;

describe('a start that cannot be', () => {
  it.each([
    ['abc', () => 'The configuration has a problem: PORT must be a port number\n'],
    ['taken', inUse],
  ])('ends the demo with one sentence: PORT is %s', async (value, sentence) => {
    const env = { PORT: value === 'taken' ? String(port) : value };
    expect(await runCli(['demo'], { env })).toEqual({ code: 1, stdout: '', stderr: sentence() });
  });

  it('ends the gateway with one sentence: the port is taken', async () => {
    const env = serving({ PORT: String(port), LOG_LEVEL: 'silent' });
    expect(await runCli(['serve'], { env })).toEqual({ code: 1, stdout: '', stderr: inUse() });
  });

  it('ends a migration with one sentence: no Postgres', async () => {
    const { code, stderr } = await runCli(['migrate'], { env: { DATABASE_URL: 'postgres://u@127.0.0.1:1/d' } });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'Postgres does not answer at 127.0.0.1:1 (ECONNREFUSED): check DATABASE_URL, and that it runs.\n',
    });
  });
});

// The kernel's own file system takes no folders; Node's recursive mkdir never ends there.
it.runIf(process.platform === 'linux')('ends with one sentence where no folder can be', async () => {
  expect(await runCli(['migrate'], { env: { DATA_DIR: '/proc/gateway/data' } })).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^The folder of the embedded database cannot be created \(.*\): check DATA_DIR\.\n$/),
  });
});

describe('.env in the working directory', () => {
  it('ends a command with one sentence when it cannot be read', async () => {
    const cwd = join(folder, 'other');
    mkdirSync(join(cwd, '.env'), { recursive: true });
    const { code, stderr } = await runCli(['migrate'], { cwd });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^The configuration has a problem: \.env cannot be read \(.*\)\n$/),
    });
  });

  it('is read by every command, and the environment wins', async () => {
    const minted = await runCli(['token', '--sub', 'bob'], { cwd: folder });
    expect(jwt.verify(minted.stdout.trim(), SECRET, { issuer: 'https://issuer.example' })).toMatchObject({
      sub: 'bob',
    });
    const other = await runCli(['token'], { cwd: folder, env: { AUTH_JWT_ISSUER: 'https://other.example' } });
    expect(jwt.decode(other.stdout.trim())).toMatchObject({ iss: 'https://other.example' });
  });
});

describe('a command', () => {
  it('asks for no more settings than it needs', async () => {
    expect(await runCli(['migrate'], { cwd: folder })).toEqual({ code: 0, stdout: '', stderr: '' });
    const keyless = await runCli(['rotate-keys'], { cwd: folder });
    expect(keyless).toMatchObject({
      code: 1,
      stderr: 'The configuration has a problem: ENCRYPTION_KEYS is required\n',
    });
  });
});

describe('the command line', () => {
  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('ends quietly when its reader has seen enough', async () => {
    const child = spawn(process.execPath, [join(ROOT, 'src/cli.ts'), 'print-schema'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk) => errors.push(chunk));
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    expect({ code, errors: Buffer.concat(errors).toString() }).toEqual({ code: 0, errors: '' });
  });

  it('says which Node it needs', async () => {
    const old = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.23.1' } })";
    const args = ['--import', `data:text/javascript,${old}`, join(ROOT, 'bin/hubspot-gateway.js'), 'serve'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk) => errors.push(chunk));
    const [code] = await once(child, 'close');
    expect({ code, errors: Buffer.concat(errors).toString() }).toEqual({
      code: 1,
      errors: 'hubspot-gateway needs Node 24 or newer, and this is Node 22.23.1: install a newer one.\n',
    });
  });
});
