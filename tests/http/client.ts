// A program of somebody else: types from the document (mainstay.d.ts, made by
// openapi-typescript), calls by openapi-fetch. Compiled with --strict.

import createClient from 'openapi-fetch';
import type { components, paths, webhooks } from './mainstay.js';

type Account = components['schemas']['Account'];
type Told = webhooks['stage_transition']['post']['requestBody']['content'][
    'application/json'];

// Filters are parameters of their own.
const open = (baseUrl: string, token?: string) => createClient<paths>({
    baseUrl,
    querySerializer: { object: { style: 'form', explode: true } },
    headers: token ? { authorization: `Bearer ${token}` } : {},
});

export async function signIn(baseUrl: string, email: string,
    password: string) {
    const { data, error } = await open(baseUrl).POST('/api/v1/auth/token',
        { body: { email, password } });
    if (error)
        throw new Error(error.detail);
    return open(baseUrl, data.access_token);
}

type Client = Awaited<ReturnType<typeof signIn>>;

export async function create(client: Client, name: string, key: string) {
    const { data, error, response } = await client.POST('/api/v1/accounts', {
        params: { header: { 'Idempotency-Key': key } },
        body: { name, tier: 'mid_market', arr: '85000.00' },
    });
    if (error)
        throw new Error(error.errors?.[0]?.detail ?? error.detail);
    return { account: data, etag: response.headers.get('etag') ?? '',
        replayed: response.headers.get('idempotent-replayed') === 'true' };
}

export async function list(client: Client, filter: Record<string, string>) {
    const found: Account[] = [];
    let cursor: string | undefined;
    do {
        const { data, error } = await client.GET('/api/v1/accounts', {
            params: { query: { limit: 2, sort: 'name', filter,
                ...cursor === undefined ? {} : { cursor } } },
        });
        if (error)
            throw new Error(error.detail);
        found.push(...data.data);
        cursor = data.next_cursor ?? undefined;
    } while (cursor !== undefined);
    return found;
}

// The status: 412 when it is not the version that was seen.
export async function rename(client: Client, id: string, etag: string,
    name: string) {
    const { data, error, response } = await client.PATCH(
        '/api/v1/accounts/{id}', { params: { path: { id },
            header: { 'If-Match': etag } }, body: { name } });
    return error ? { status: error.status, name: undefined }
        : { status: response.status, name: data.name };
}

export async function churn(client: Client, id: string) {
    const { data } = await client.DELETE('/api/v1/accounts/{id}',
        { params: { path: { id } } });
    return data?.status;
}

// A webhook by its shape.
export function stageOf(told: Told) {
    if ('data' in told)
        return told.data.event.to_stage;
    if ('event_type' in told)
        return told.stage.to_stage;
    return 'stage' in told ? told.stage : null;
}
