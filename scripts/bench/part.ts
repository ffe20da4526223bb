/** One part of the benchmark: `npm run bench -- <name>` runs it alone. */
export interface Part {
  readonly name: string;
  /** What it measures, in one line. */
  readonly describe: string;
  run(options: RunOptions): Promise<PartResult>;
}

export interface RunOptions {
  /** Longer where time is what is measured: `--long`. */
  readonly long: boolean;
  /** Says what is going on, for whoever waits. */
  readonly note: (line: string) => void;
}

export interface PartResult {
  /** For people. */
  readonly table: string;
  /** The same for machines, and what the table leaves out; stored as JSON. */
  readonly figures: object;
}
