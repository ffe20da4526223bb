import type { HubspotApi, HubspotCall } from '../../src/hubspot/client.ts';

/** HubSpot's API as far as the functions above the transport see it: it notes every call and answers `body`. */
export class FakeApi implements HubspotApi {
  readonly version = '2026-09';
  readonly calls: HubspotCall[] = [];
  readonly #answer: () => unknown;

  constructor(answer: () => unknown) {
    this.#answer = answer;
  }

  readonly send = async (call: HubspotCall) => {
    this.calls.push(call);
    return { status: 200, body: this.#answer() };
  };
}
