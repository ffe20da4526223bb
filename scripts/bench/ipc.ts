type Handler = (argument: unknown) => unknown;

/** What the benchmark asks of its processes, over Node's own channel. */
export interface Question {
  readonly id: number;
  readonly ask: string;
  readonly argument: unknown;
}

export interface Reply {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

const handlers = new Map<string, Handler>();

/** In a child: answers one kind of question. What it throws reaches the asker. */
export function answer(ask: string, handler: Handler): void {
  if (handlers.size === 0) listen();
  handlers.set(ask, handler);
}

function listen(): void {
  process.on('message', async ({ id, ask, argument }: Question) => {
    try {
      process.send?.({ id, answer: await handlers.get(ask)?.(argument) } satisfies Reply);
    } catch (error) {
      process.send?.({ id, error: String(error) } satisfies Reply);
    }
  });
  // Nothing outlives the benchmark.
  process.on('disconnect', () => process.exit());
}
