// A tenant like the demo's Globex, row by row: what a page or a route shows
// is there, because the demo has it, and nothing of the demo is changed.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { rows, run, value } from './db.mjs';
import { World, demo } from './world.mjs';

const text = readFileSync(join(dirname(fileURLToPath(import.meta.url)),
    'twin.sql'), 'utf8');

export class Twin extends World {
    furnish() {
        run(text, { to: this.tenant, salt: this.slug,
            from: value('select id from tenants where slug = :\'slug\'',
                { slug: demo.globex }) });
    }

    // The same row in this tenant.
    other(id) {
        const hash = createHash('md5').update(this.slug + id).digest('hex');
        return hash.replace(
            /(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
    }
}

// What a tenant holds, as one text for each table.
export function digest(tenant) {
    const tables = rows(`select c.relname as name
        from pg_class c join pg_attribute a on a.attrelid = c.oid
            and a.attname = 'tenant_id' and not a.attisdropped
        where c.relnamespace = 'mainstay'::regnamespace
            and c.relkind in ('r', 'p') and not c.relispartition
            and c.relname not in ('sessions', 'api_keys', 'profiles',
                'portfolio_pages')
        order by 1`).map(({ name }) => name);
    return Object.fromEntries(rows(tables.map((name) => `select '${name}'
            as name, count(*) || ' rows, ' || coalesce(sum(hashtextextended(
                t::text, 0)::numeric), 0) as found
        from mainstay.${name} t where t.tenant_id = :'tenant'`)
        .join(' union all '), { tenant }).map((t) => [t.name, t.found]));
}
