// The document of the API, and what it says is right and wrong.

import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

import { send } from './http.mjs';

export const text = (await send('GET', '/api/v1/openapi.json')).body;
export const document = JSON.parse(text);

const ajv = new Ajv({ strict: false });
formats(ajv);
ajv.addSchema(document, 'document');

// What a reference leads to.
export function resolve(node) {
    if (!node?.$ref)
        return node;
    return resolve(node.$ref.slice(2).split('/')
        .reduce((at, name) => at[name], document));
}

// What is wrong with a value by the schema at a reference; '' for nothing.
export function faults(ref, value) {
    const validate = ajv.getSchema(`document${ref}`);
    return validate(value) ? '' : ajv.errorsText(validate.errors);
}

export const pointer = (...names) => '#/' + names.map((name) => `${name}`
    .replaceAll('~', '~0').replaceAll('/', '~1')).join('/');

// Members that no schema names, at any depth.
export function unknown(schema, value, at = '') {
    schema = resolve(schema) ?? {};
    if (Array.isArray(value))
        return value.flatMap((v, i) => unknown(schema.items, v, `${at}/${i}`));
    if (value === null || typeof value !== 'object' || !schema.properties)
        return [];
    return Object.entries(value).flatMap(([name, v]) =>
        schema.properties[name] ? unknown(schema.properties[name], v,
            `${at}/${name}`) : [`${at}/${name}`]);
}
