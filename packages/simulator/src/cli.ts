import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { NO_LIMITS } from './limits/limits.ts';
import { createSimulator, DEFAULT_APP, DEFAULT_PORTALS } from './simulator.ts';

interface Options {
  readonly port: number;
  readonly seed: number;
  readonly contacts?: number;
  readonly latency: number;
  readonly limits: boolean;
}

/** Runs the command line with these arguments. It ends the process on SIGINT or SIGTERM, and when it cannot run. */
export async function runCli(args: readonly string[]): Promise<void> {
  await new Command('hubspot-simulator')
    .description('Run a simulated HubSpot: consent page, OAuth endpoints and CRM API.')
    .version(ownVersion(), '--version', 'print the version')
    .option('-p, --port <port>', 'port to listen on', port, 4010)
    .option('-s, --seed <number>', 'seed of the generated data', wholeNumber, 1)
    .option('--contacts <number>', 'contacts of the first portal', wholeNumber)
    .option('--latency <ms>', 'how long every CRM answer takes', wholeNumber, 0)
    .option('--no-limits', "answer as much as is asked, beyond HubSpot's rate limits")
    .showHelpAfterError('(--help shows what is possible)')
    .allowExcessArguments(false)
    .action(runUntilStopped)
    .parseAsync(args, { from: 'user' });
}

async function runUntilStopped({ port, seed, contacts, latency, limits }: Options): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const portals = DEFAULT_PORTALS.map((portal, index) =>
    index === 0 && contacts !== undefined ? { ...portal, size: { ...portal.size, contacts } } : portal,
  );
  const simulator = createSimulator({
    seed,
    portals,
    latencyMs: latency,
    ...(!limits && { limits: NO_LIMITS }),
  });
  try {
    process.stdout.write(introduction(await simulator.listen(port)));
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  }
  await stopped;
  await simulator.close();
  process.exit();
}

function introduction(url: string): string {
  return `HubSpot, simulated, listens on ${url}

For the gateway's environment:
  HUBSPOT_API_URL=${url}
  HUBSPOT_AUTHORIZE_URL=${url}/oauth/authorize
  HUBSPOT_CLIENT_ID=${DEFAULT_APP.clientId}
  HUBSPOT_CLIENT_SECRET=${DEFAULT_APP.clientSecret}
  HUBSPOT_SCOPES="${DEFAULT_APP.requiredScopes.join(' ')}"
  HUBSPOT_OPTIONAL_SCOPES="${DEFAULT_APP.optionalScopes.join(' ')}"

What was asked of it: ${url}/_simulator/requests, in figures: ${url}/_simulator/statistics
`;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port, stack = error.message }: NodeJS.ErrnoException & { readonly port?: number } = error;
  if (code === 'EADDRINUSE') return `Something else listens on port ${port}: end it, or choose another --port.`;
  if (code === 'EACCES') return `This user may not listen on port ${port}: choose a --port above 1023.`;
  return stack;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function port(text: string): number {
  const value = wholeNumber(text);
  if (value > 65_535) throw new InvalidArgumentError('It must be a port number.');
  return value;
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
