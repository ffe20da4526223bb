import type { Viewer } from '../../src/graphql/context.ts';

/** The second at which all were issued. */
export const NOW = 1_795_424_400;

/** A token as a server issues it: its settings here, its header and its claims, and who that is. */
export interface IssuedToken {
  readonly server: string;
  readonly issuer: string;
  readonly audience: string;
  readonly env: Readonly<Record<string, string>>;
  readonly header?: object;
  readonly claims: object;
  readonly viewer: Viewer;
  readonly alg?: 'RS256' | 'ES256';
}

const DIRECTORY = '8f3c2a10-1111-4222-8333-944445555666';

export const ISSUED_TOKENS: readonly IssuedToken[] = [
  {
    // https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
    server: 'Entra ID, v2.0',
    issuer: `https://login.microsoftonline.com/${DIRECTORY}/v2.0`,
    audience: '6e74172b-be56-4843-9ff4-e66a39bb12e3',
    env: { AUTH_TENANT_CLAIM: 'tid' },
    claims: {
      ...{ nbf: NOW, aio: 'AXQAi/8TAAAA', azp: '1c1e3b47-0000-4000-8000-000000000001', azpacr: '0', name: 'Ada' },
      ...{ oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474', preferred_username: 'ada@contoso.example', ver: '2.0' },
      ...{ rh: 'I', uti: 'fqiBqXLPj0eQa82S', sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ' },
      ...{ scp: 'hubspot:read hubspot:connect', tid: DIRECTORY },
    },
    viewer: {
      id: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
      tenantId: DIRECTORY,
      permissions: ['hubspot:read', 'hubspot:connect'],
    },
  },
  {
    server: 'Entra ID, v1.0, with app roles',
    issuer: `https://sts.windows.net/${DIRECTORY}/`,
    audience: 'api://hubspot-gateway',
    env: { AUTH_TENANT_CLAIM: 'tid', AUTH_PERMISSIONS_CLAIM: 'roles' },
    header: { x5t: 'i6lGk3FZzxRcUb2C3nEQ7syHJlY' },
    claims: {
      ...{ nbf: NOW, acr: '1', amr: ['pwd'], appid: '1c1e3b47-0000-4000-8000-000000000001', appidacr: '0', ver: '1.0' },
      ...{ roles: ['hubspot:write'], scp: 'user_impersonation', sub: 'l3_roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA' },
      ...{ tid: DIRECTORY, unique_name: 'ada@contoso.example', upn: 'ada@contoso.example' },
    },
    viewer: {
      id: 'l3_roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA',
      tenantId: DIRECTORY,
      permissions: ['hubspot:write'],
    },
  },
  {
    // https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/
    server: 'Okta, custom authorization server',
    issuer: 'https://acme.okta.com/oauth2/default',
    audience: 'api://default',
    env: {},
    header: { typ: undefined },
    claims: {
      ...{ ver: 1, jti: 'AT.MNAoEQ_jbKqoinrQo1D0XKjMX28U5d7ZszBceot7', cid: '0oabcd', uid: '00u1abcd' },
      ...{ scp: ['openid', 'hubspot:read'], auth_time: NOW, sub: 'ada@acme.example', tenant: 'acme' },
    },
    viewer: { id: 'ada@acme.example', tenantId: 'acme', permissions: ['openid', 'hubspot:read'] },
  },
  {
    // https://docs.duendesoftware.com/identityserver/apis/aspnetcore/authorization
    server: 'Duende IdentityServer, scopes as a list',
    issuer: 'https://identity.example',
    audience: 'hubspot-gateway',
    env: { AUTH_TENANT_CLAIM: 'tenant_id' },
    header: { typ: 'at+jwt' },
    claims: {
      ...{ nbf: NOW, aud: ['hubspot-gateway', 'https://identity.example/resources'], client_id: 'spa', auth_time: NOW },
      ...{ sub: '818727', idp: 'local', tenant_id: 4711, sid: 'F2A', scope: ['openid', 'hubspot:write'], amr: ['pwd'] },
    },
    viewer: { id: '818727', tenantId: '4711', permissions: ['openid', 'hubspot:write'] },
  },
  {
    server: 'Duende IdentityServer, scopes in one text',
    issuer: 'https://identity.example',
    audience: 'hubspot-gateway',
    env: { AUTH_TENANT_CLAIM: 'tenant_id' },
    header: { typ: 'at+jwt' },
    claims: { nbf: NOW, client_id: 'spa', sub: '818727', tenant_id: 'acme', scope: 'openid hubspot:write' },
    viewer: { id: '818727', tenantId: 'acme', permissions: ['openid', 'hubspot:write'] },
  },
  {
    // https://auth0.com/docs/manage-users/organizations/using-tokens
    server: 'Auth0, RBAC and organizations',
    issuer: 'https://acme.eu.auth0.com/',
    audience: 'https://crm.example.com',
    env: { AUTH_TENANT_CLAIM: 'org_id', AUTH_PERMISSIONS_CLAIM: 'permissions' },
    claims: {
      ...{ aud: ['https://crm.example.com', 'https://acme.eu.auth0.com/userinfo'], azp: 'my_client_id' },
      ...{ sub: 'auth0|63f1', scope: 'openid profile', org_id: 'org_9ybsU1dN2dKfDkBi' },
      ...{ permissions: ['hubspot:read', 'hubspot:write'], exp: NOW + 86_400 },
    },
    viewer: { id: 'auth0|63f1', tenantId: 'org_9ybsU1dN2dKfDkBi', permissions: ['hubspot:read', 'hubspot:write'] },
  },
  {
    // https://auth0.com/docs/secure/tokens/json-web-tokens/create-custom-claims
    server: 'Auth0, a namespaced claim, RFC 9068 profile',
    issuer: 'https://acme.eu.auth0.com/',
    audience: 'https://crm.example.com',
    env: { AUTH_TENANT_CLAIM: 'https://app.example/tenant' },
    header: { typ: 'at+jwt' },
    claims: {
      ...{ sub: 'google-oauth2|1', client_id: 'my_client_id', jti: '9m3g1gd1qRnWjzDx', scope: 'hubspot:read' },
      'https://app.example/tenant': 'acme',
    },
    viewer: { id: 'google-oauth2|1', tenantId: 'acme', permissions: ['hubspot:read'] },
  },
  {
    // https://www.keycloak.org/docs/latest/server_admin/#_protocol-mappers
    server: 'Keycloak, realm roles',
    issuer: 'https://sso.example/realms/acme',
    audience: 'hubspot-gateway',
    env: { AUTH_PERMISSIONS_CLAIM: 'realm_access.roles' },
    claims: {
      ...{ jti: 'onrtac:d58f5dc8', aud: ['hubspot-gateway', 'account'], typ: 'Bearer', azp: 'spa', acr: '1' },
      ...{ sub: '36fa0f91-f94d-4a0c-afed-6b7d952e47da', realm_access: { roles: ['offline_access', 'hubspot:write'] } },
      ...{ resource_access: { account: { roles: ['view-profile'] } }, scope: 'profile email', groups: ['/acme'] },
      ...{ sid: '2a88c258', 'allowed-origins': ['https://app.example'], tenant: 'acme' },
    },
    viewer: {
      id: '36fa0f91-f94d-4a0c-afed-6b7d952e47da',
      tenantId: 'acme',
      permissions: ['offline_access', 'hubspot:write'],
    },
  },
  {
    server: 'Keycloak, roles of a client whose name has dots',
    issuer: 'https://sso.example/realms/acme',
    audience: 'crm.example.com',
    env: { AUTH_PERMISSIONS_CLAIM: 'resource_access.crm.example.com.roles' },
    claims: {
      ...{ typ: 'Bearer', azp: 'spa', sub: '36fa', scope: 'profile', tenant: 'acme' },
      ...{ resource_access: { crm: { roles: ['no'] }, 'crm.example.com': { roles: ['hubspot:read'] } } },
    },
    viewer: { id: '36fa', tenantId: 'acme', permissions: ['hubspot:read'] },
  },
  {
    // https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
    server: 'Amazon Cognito, scopes',
    issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_example',
    audience: '1example23456789',
    env: {},
    header: { typ: undefined },
    claims: {
      ...{ aud: undefined, client_id: '1example23456789', token_use: 'access', version: 2, auth_time: NOW },
      ...{ sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', username: 'ada', origin_jti: 'a', event_id: 'b', jti: 'c' },
      ...{ 'cognito:groups': ['staff'], scope: 'openid https://crm.example.com/hubspot:write', tenant: 'acme' },
    },
    viewer: {
      id: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      tenantId: 'acme',
      permissions: ['openid', 'hubspot:write'],
    },
  },
  {
    server: 'Amazon Cognito, groups',
    issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_example',
    audience: '1example23456789',
    env: { AUTH_PERMISSIONS_CLAIM: 'cognito:groups' },
    header: { typ: undefined },
    claims: {
      ...{ aud: undefined, client_id: '1example23456789', token_use: 'access', scope: 'aws.cognito.signin.user.admin' },
      ...{ sub: 'aaaaaaaa', 'cognito:groups': ['hubspot:read'], tenant: 'acme' },
    },
    viewer: { id: 'aaaaaaaa', tenantId: 'acme', permissions: ['hubspot:read'] },
  },
  {
    // https://clerk.com/docs/guides/sessions/session-tokens, with an aud added to its claims
    server: 'Clerk, session token of version 2',
    issuer: 'https://clerk.example.com',
    audience: 'hubspot-gateway',
    env: { AUTH_TENANT_CLAIM: 'o.id' },
    header: { cat: 'cl_B7d4PD111AAA' },
    claims: {
      ...{ azp: 'https://app.example', fva: [7, -1], nbf: NOW - 10, exp: NOW + 60, sid: 'sess_123', sts: 'active' },
      ...{ sub: 'user_123', v: 2, pla: 'u:free', o: { id: 'org_123', rol: 'admin', slg: 'acme' } },
    },
    viewer: { id: 'user_123', tenantId: 'org_123', permissions: ['hubspot:read'] },
  },
  {
    // https://supabase.com/docs/guides/auth/jwt-fields
    server: 'Supabase Auth',
    issuer: 'https://project-ref.supabase.co/auth/v1',
    audience: 'authenticated',
    env: { AUTH_TENANT_CLAIM: 'app_metadata.tenant', AUTH_PERMISSIONS_CLAIM: 'app_metadata.permissions' },
    alg: 'ES256',
    claims: {
      ...{ sub: '123e4567-e89b-12d3-a456-426614174000', role: 'authenticated', aal: 'aal1', is_anonymous: false },
      ...{ session_id: '123e', email: 'ada@acme.example', phone: '', user_metadata: { tenant: 'evil' } },
      ...{ app_metadata: { provider: 'email', tenant: 'acme', permissions: ['hubspot:read'] } },
    },
    viewer: { id: '123e4567-e89b-12d3-a456-426614174000', tenantId: 'acme', permissions: ['hubspot:read'] },
  },
  {
    // https://firebase.google.com/docs/auth/admin/verify-id-tokens
    server: 'Firebase, Google Identity Platform',
    issuer: 'https://securetoken.google.com/my-project',
    audience: 'my-project',
    env: { AUTH_TENANT_CLAIM: 'firebase.tenant', AUTH_PERMISSIONS_CLAIM: 'permissions' },
    claims: {
      ...{ auth_time: NOW, user_id: 'uid1', sub: 'uid1', email: 'ada@acme.example', permissions: ['hubspot:write'] },
      ...{ firebase: { identities: {}, sign_in_provider: 'password', tenant: 'acme-1234' } },
    },
    viewer: { id: 'uid1', tenantId: 'acme-1234', permissions: ['hubspot:write'] },
  },
  {
    // https://workos.com/docs/authkit/connect/token-claims
    server: 'WorkOS Connect',
    issuer: 'https://acme.authkit.app',
    audience: 'client_123',
    env: { AUTH_TENANT_CLAIM: 'org_id' },
    claims: {
      ...{ client_id: 'client_456', org_id: 'org_01HRDMC6CM357W30QMHMQ96Q0S', sid: 'app_consent_1', jti: '01HQ' },
      ...{ sub: 'user_01HBEQKA6K4QJAS93VPE39W1JT', scope: 'openid hubspot:read' },
    },
    viewer: {
      id: 'user_01HBEQKA6K4QJAS93VPE39W1JT',
      tenantId: 'org_01HRDMC6CM357W30QMHMQ96Q0S',
      permissions: ['openid', 'hubspot:read'],
    },
  },
];
