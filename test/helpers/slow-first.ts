import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** They start processes and wait for them, or try thousands of cases: the last one to begin would keep all other workers waiting at the end. */
const SLOW =
  /\/test\/(outages|replicas|cli)\/|\/test\/packages\.|\/test\/faults\/(gateway-process|shutdown|small-process|token-endpoint-silence)\.|\/random-\w+\.test\./;

/** Begins with the files that take longest, however short they are. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification) => SLOW.test(moduleId);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}
