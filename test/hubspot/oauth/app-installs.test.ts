import { describe, expect, it } from 'vitest';
import { uninstallApp } from '../../../src/hubspot/oauth/app-installs.ts';
import { FakeApi } from '../../helpers/fake-api.ts';

describe('uninstallApp', () => {
  it('leaves the portal of the token, with the scope that every app has', async () => {
    const api = new FakeApi(() => undefined);
    await uninstallApp(api, 'access-1');
    expect(api.calls).toEqual([
      {
        name: 'app.uninstall',
        method: 'DELETE',
        path: '/appinstalls/2026-09/external-install',
        scopes: [['oauth']],
        accessToken: 'access-1',
      },
    ]);
  });
});
