-- The words by which accounts and contacts are found, wherever in a name they
-- stand. Under row security only leakproof operators may use an index, so
-- neither LIKE nor trigrams can: a word is a row, and a search a range.

-- A first form; sql/functions/search.sql replaces it on every deploy.
create function mainstay.name_words(p_name text) returns setof text
language sql immutable parallel safe
begin atomic
    select distinct left(w, 40)
      from regexp_split_to_table(lower(p_name || ' ' || regexp_replace(p_name,
               '([[:lower:]])([[:upper:]])', '\1 \2', 'g')),
               '[^[:alnum:]]+') w
     where w <> '';
end;

create table mainstay.account_words (
    tenant_id uuid not null default app.current_tenant_id(),
    word text collate "C" not null,
    account_id uuid not null,
    primary key (tenant_id, word, account_id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade
);
create index account_words_account_idx
    on mainstay.account_words (tenant_id, account_id, word);
comment on table mainstay.account_words is
    'Words of the names of accounts, lower case; kept by triggers.';

create table mainstay.contact_words (
    tenant_id uuid not null default app.current_tenant_id(),
    word text collate "C" not null,
    contact_id uuid not null,
    primary key (tenant_id, word, contact_id),
    foreign key (tenant_id, contact_id)
        references mainstay.contacts (tenant_id, id) on delete cascade
);
create index contact_words_contact_idx
    on mainstay.contact_words (tenant_id, contact_id, word);
comment on table mainstay.contact_words is
    'Words of the names of contacts, lower case; kept by triggers.';

-- Protected again when the policies are made.
alter table mainstay.accounts no force row level security;
alter table mainstay.contacts no force row level security;
insert into mainstay.account_words (tenant_id, word, account_id)
select a.tenant_id, w, a.id
  from mainstay.accounts a cross join lateral mainstay.name_words(a.name) w;
insert into mainstay.contact_words (tenant_id, word, contact_id)
select c.tenant_id, w, c.id
  from mainstay.contacts c
 cross join lateral mainstay.name_words(c.full_name) w;
alter table mainstay.accounts force row level security;
alter table mainstay.contacts force row level security;
