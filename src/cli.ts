import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import jwt from 'jsonwebtoken';
import { readDotEnv } from './cli/dot-env.ts';
import { explain } from './cli/explain.ts';
import { printScopes, scopesOfFiles } from './cli/scopes.ts';
import { ConfigError, loadAuth, loadConfig, loadDatabase, loadEncryptedDatabase, loadScopes } from './config.ts';
import type { Demo } from './demo.ts';
import { createGateway } from './gateway.ts';
import { printSchema } from './graphql/schema.ts';
import { sleep, systemClock } from './lib/time/clock.ts';
import { runUntilStopped } from './lib/until-stopped.ts';
import { openDatabase } from './storage/database.ts';
import { type RotationProgress, rotateKeys } from './storage/encryption/key-rotation.ts';
import { TokenCipher } from './storage/encryption/token-cipher.ts';

/** The time in which a load balancer notices that a replica is not ready. */
const DRAIN_MS = 5_000;

/** After a failure, the process exits at the latest after this time. */
const EXIT_MS = 2_000;

const program = new Command('hubspot-gateway')
  .description('A GraphQL gateway between frontends and HubSpot. Settings come from the environment, then from .env.')
  .version(ownVersion(), '--version', 'print the version')
  .hook('preAction', readDotEnv)
  .showHelpAfterError('(--help shows what is possible)');

program
  .command('serve')
  .description('Run the gateway, configured by the environment.')
  .action(async () => {
    const config = loadConfig(process.env);
    const gateway = createGateway(config);
    await runUntilStopped({
      async start() {
        try {
          await gateway.listen();
        } catch (error) {
          await gateway.close();
          throw error;
        }
      },
      async stop() {
        gateway.drain();
        const drained = sleep(systemClock, DRAIN_MS);
        // In development there is no load balancer, so the process stops as soon as no request is in flight.
        await (config.production ? drained : Promise.race([drained, gateway.idle()]));
        await gateway.close();
      },
    });
  });

program
  .command('demo')
  .description('Run the gateway beside a simulated HubSpot, with one portal connected. PORT chooses the port.')
  .action(async () => {
    let demo: Demo | undefined;
    const { runDemo } = await import('./demo.ts');
    await runUntilStopped({
      async start() {
        demo = await runDemo(process.env.PORT ?? '4000');
        process.stdout.write(demo.introduction);
      },
      stop: async () => demo?.close(),
    });
  });

program
  .command('simulator')
  .description('Run a simulated HubSpot: consent page, OAuth endpoints and CRM API. --help shows its options.')
  .argument('[options...]')
  .allowUnknownOption()
  .helpOption(false)
  .action(async (options: string[]) => {
    const { runCli } = await import('hubspot-graphql-gateway-simulator/cli');
    await runCli(options);
  });

program
  .command('token')
  .description('Mint a viewer JWT for development, signed with AUTH_JWT_SECRET.')
  .option('--sub <id>', 'user id', 'developer')
  .option('--tenant <id>', 'tenant id', 'development')
  .option('--scope <permissions>', 'permissions, space-separated', 'hubspot:read hubspot:write hubspot:connect')
  .option('--expires-in <seconds>', 'life in seconds, a day at most', wholeNumber, 3_600)
  .action((options: { sub: string; tenant: string; scope: string; expiresIn: number }) => {
    const auth = loadAuth(process.env);
    if (auth.key.kind !== 'secret') throw new ConfigError(['AUTH_JWT_SECRET is required to mint a token']);
    const permissions = { [auth.permissionsClaim ?? 'scope']: options.scope };
    const claims = { sub: options.sub, [auth.tenantClaim]: options.tenant, ...permissions };
    const { issuer, audience } = auth;
    process.stdout.write(`${jwt.sign(claims, auth.key.secret, { issuer, audience, expiresIn: options.expiresIn })}\n`);
  });

program
  .command('scopes')
  .description('Print the smallest set of HubSpot scopes that the operations of a frontend need. Works offline.')
  .argument('<files...>', "GraphQL files, or patterns such as 'src/**/*.graphql'")
  .option('--json', 'print JSON')
  .option('--check', 'exit with 1 when HUBSPOT_SCOPES and HUBSPOT_OPTIONAL_SCOPES do not cover them')
  .action(async (patterns: string[], options: { json?: true; check?: true }) => {
    const { requiredScopes, optionalScopes } = loadScopes(process.env);
    const report = await scopesOfFiles(patterns, [...requiredScopes, ...optionalScopes]);
    process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : printScopes(report));
    if (options.check && report.missing.length > 0) process.exitCode = 1;
  });

program
  .command('migrate')
  .description('Bring the database up to date, as the gateway does when it starts. Safe while others run.')
  .action(async () => {
    const database = openDatabase({ ...loadDatabase(process.env), clock: systemClock });
    await database.migrate().finally(() => database.close());
  });

program
  .command('rotate-keys')
  .description(
    'Encrypt everything with the first of ENCRYPTION_KEYS from now on, while replicas serve. All of them must have it in their list before. May be ended and resumed.',
  )
  .action(async () => {
    const config = loadEncryptedDatabase(process.env);
    const database = openDatabase({ ...config.database, clock: systemClock });
    const report = ({ table, done, total }: RotationProgress) =>
      process.stderr.write(`${table}: ${done} of ${total}\n`);
    const rotation = rotateKeys(database, new TokenCipher(config.encryptionKeys), { report });
    const { reencrypted, unreadable } = await rotation.finally(() => database.close());
    process.stderr.write(`encrypted again: ${reencrypted}, could not be decrypted: ${unreadable}\n`);
    if (unreadable > 0) process.exitCode = 1;
  });

program
  .command('print-schema')
  .description('Print the GraphQL schema, sorted, with its directives.')
  .action(() => void process.stdout.write(printSchema()));

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

// A reader such as `head` closes the pipe early.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
  setTimeout(() => process.exit(), EXIT_MS).unref();
}
